# Marks for coursekit in bash (3.2 and newer): invisible sequences (OSC 633) that say when a command began, when it ended
# with which status, and which environment is active. No variable here is exported. May be sourced again at any time.
__coursekit_nonce='@NONCE@'
__coursekit_empty=''
__coursekit_ran=''

__coursekit_mark() {
  # $1: a key, $2: its value; ";", "\" and control characters are escaped as VS Code does.
  local value=$2
  value=${value//\\/\\\\}
  value=${value//;/\\x3b}
  value=${value//$'\n'/\\x0a}
  value=${value//$'\r'/\\x0d}
  value=${value//$'\e'/\\x1b}
  value=${value//$'\a'/\\x07}
  builtin printf '\e]633;P;%s=%s;%s\a' "$1" "$value" "$__coursekit_nonce"
}

__coursekit_before_prompt() {
  __coursekit_status=$?
  return "$__coursekit_status"
}

__coursekit_prompt() {
  if [ -n "${__coursekit_ran-}" ]; then
    __coursekit_ran=''
    local line
    line=$(HISTTIMEFORMAT='' builtin history 1 2>/dev/null)
    line=${line#"${line%%[![:space:]]*}"}
    line=${line#* }
    __coursekit_mark Command "${line#"${line%%[![:space:]]*}"}"
    builtin printf '\e]633;D;%s;%s\a' "${__coursekit_status-0}" "$__coursekit_nonce"
  fi
  local name
  for name in @VARIABLES@; do
    [ -n "${!name-}" ] && __coursekit_mark "$name" "${!name}"
  done
  __coursekit_mark Cwd "$PWD"
  builtin printf '\e]633;A;%s\a' "$__coursekit_nonce"
  return "${__coursekit_status-0}"
}

__coursekit_debug() {
  if [ -z "${COMP_LINE-}" ] && [ -z "${__coursekit_ran-}" ] && [ "${BASH_COMMAND#__coursekit_}" = "$BASH_COMMAND" ]; then
    __coursekit_ran=1
    builtin printf '\e]633;C;%s\a' "$__coursekit_nonce"
  fi
}

if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == "declare -a"* ]]; then
  if [[ " ${PROMPT_COMMAND[*]} " != *__coursekit_prompt* ]]; then
    PROMPT_COMMAND=(__coursekit_before_prompt "${PROMPT_COMMAND[@]}" __coursekit_prompt)
  fi
elif [[ "${PROMPT_COMMAND-}" != *__coursekit_prompt* ]]; then
  PROMPT_COMMAND=$'__coursekit_before_prompt\n'"${PROMPT_COMMAND-}"$'\n__coursekit_prompt'
fi

if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
  if [[ "${PS0-}" != *__coursekit_ran* ]]; then
    # An assignment inside a substring of nothing: it is carried out and shows nothing, without a process of its own.
    PS0="${PS0-}"$'\e]633;C;@NONCE@\a''${__coursekit_empty:$((__coursekit_ran=1)):0}'
  fi
elif [ -z "$(trap -p DEBUG)" ]; then
  trap '__coursekit_debug' DEBUG
fi
