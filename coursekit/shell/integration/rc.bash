# What bash reads in place of ~/.bashrc: the student's own file first, as always, then coursekit's marks.
# TMUX is set meanwhile, so that an rc file which starts tmux by itself lets this shell be.
__coursekit_tmux=${TMUX-}
TMUX=${TMUX-coursekit}
if [ -r ~/.bash_profile ] && [ '@SYSTEM@' = Darwin ]; then
  . ~/.bash_profile
elif [ -r ~/.bashrc ]; then
  . ~/.bashrc
fi
if [ -n "$__coursekit_tmux" ]; then TMUX=$__coursekit_tmux; else unset TMUX; fi
unset __coursekit_tmux
. '@FOLDER@/integrate.bash'
