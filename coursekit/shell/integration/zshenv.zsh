# zsh looks for its files in ZDOTDIR, which is this folder only for as long as it takes to come by here.
@RESTORE_ZDOTDIR@
[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && . ${ZDOTDIR:-$HOME}/.zshenv
typeset -g __coursekit_zdotdir=${ZDOTDIR-}
ZDOTDIR='@FOLDER@'
