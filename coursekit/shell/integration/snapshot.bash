# Write what makes up this shell's state into the file $1, as commands that bring it back in a fresh shell.
{
  for __coursekit_name in $(compgen -v); do
    case $__coursekit_name in
      __coursekit_*|BASH*|COMP_*|DIRSTACK|EPOCH*|EUID|FUNCNAME|GROUPS|HIST*|LINENO|OPT*|PIPESTATUS|PPID|PROMPT_COMMAND|PS0) ;;
      RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|UID|_|COLUMNS|LINES|HOSTTYPE|MACHTYPE|OSTYPE|TERM) ;;
      *) declare -p "$__coursekit_name" ;;
    esac
  done
  for __coursekit_name in $(compgen -A function); do
    case $__coursekit_name in
      __coursekit_*) ;;
      *) declare -f "$__coursekit_name" ;;
    esac
  done
  alias -p
  printf 'cd %q\nhash -r\n' "$PWD"
} >"$1" 2>/dev/null
