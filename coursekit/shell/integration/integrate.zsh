# Marks for coursekit in zsh; see integrate.bash. May be sourced again at any time.
typeset -g __coursekit_nonce='@NONCE@'
typeset -g __coursekit_ran=''
typeset -g __coursekit_line=''

__coursekit_mark() {
  emulate -L zsh
  local value=$2
  value=${value//\\/\\\\}
  value=${value//;/\\x3b}
  value=${value//$'\n'/\\x0a}
  value=${value//$'\r'/\\x0d}
  value=${value//$'\e'/\\x1b}
  value=${value//$'\a'/\\x07}
  builtin printf '\e]633;P;%s=%s;%s\a' "$1" "$value" "$__coursekit_nonce"
}

__coursekit_precmd() {
  local last=$?
  emulate -L zsh
  if [[ -n $__coursekit_ran ]]; then
    __coursekit_ran=''
    __coursekit_mark Command "$__coursekit_line"
    builtin printf '\e]633;D;%s;%s\a' "$last" "$__coursekit_nonce"
  fi
  local name
  for name in @VARIABLES@; do
    [[ -n ${(P)name-} ]] && __coursekit_mark $name "${(P)name}"
  done
  __coursekit_mark Cwd "$PWD"
  builtin printf '\e]633;A;%s\a' "$__coursekit_nonce"
  return last
}

__coursekit_preexec() {
  __coursekit_ran=1
  __coursekit_line=$1
  builtin printf '\e]633;C;%s\a' "$__coursekit_nonce"
}

autoload -Uz add-zsh-hook
add-zsh-hook precmd __coursekit_precmd
add-zsh-hook preexec __coursekit_preexec
# The status of the student's command is there only for the first hook.
precmd_functions=(__coursekit_precmd ${precmd_functions:#__coursekit_precmd})
