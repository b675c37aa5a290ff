# Marks for coursekit in fish; see integrate.bash. May be sourced again at any time.
set -g __coursekit_nonce '@NONCE@'
set -g __coursekit_ran ''

function __coursekit_mark
    set -l value (string replace --all '\\' '\\\\' -- $argv[2] | string replace --all ';' '\\x3b' | string join '\\x0a')
    printf '\e]633;P;%s=%s;%s\a' $argv[1] "$value" $__coursekit_nonce
end

function __coursekit_preexec --on-event fish_preexec
    set -g __coursekit_ran 1
    set -g __coursekit_line $argv[1]
    printf '\e]633;C;%s\a' $__coursekit_nonce
end

function __coursekit_postexec --on-event fish_postexec
    set -g __coursekit_status $status
end

function __coursekit_prompt --on-event fish_prompt
    if test -n "$__coursekit_ran"
        set -g __coursekit_ran ''
        __coursekit_mark Command "$__coursekit_line"
        printf '\e]633;D;%s;%s\a' $__coursekit_status $__coursekit_nonce
    end
    for name in @VARIABLES@
        set -q $name; and __coursekit_mark $name (string join : -- $$name)
    end
    __coursekit_mark Cwd $PWD
    printf '\e]633;A;%s\a' $__coursekit_nonce
end
