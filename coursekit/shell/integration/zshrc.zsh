# The student's own .zshrc, with ZDOTDIR as they know it, then coursekit's marks.
if [[ -n $__coursekit_zdotdir ]]; then ZDOTDIR=$__coursekit_zdotdir; else unset ZDOTDIR; fi
unset __coursekit_zdotdir
# macOS has read /etc/zshrc by now, which keeps the history where ZDOTDIR then was.
[[ ${HISTFILE-} == '@FOLDER@'/* ]] && HISTFILE=${ZDOTDIR:-$HOME}/.zsh_history
typeset -g __coursekit_tmux=${TMUX-}
TMUX=${TMUX-coursekit}
[[ -r ${ZDOTDIR:-$HOME}/.zshrc ]] && . ${ZDOTDIR:-$HOME}/.zshrc
if [[ -n $__coursekit_tmux ]]; then TMUX=$__coursekit_tmux; else unset TMUX; fi
unset __coursekit_tmux
. '@FOLDER@/integrate.zsh'
