# Says what there is: processes but for those named, then files, then their hashes, each record as
# fields that end in NUL. With `end` as its first word, all those processes end.
# Nothing is forked before that: there may be no process left to be had.
mode=$1
shift
exec 2>/dev/null
if [ "$mode" = end ]; then
    kill -STOP -1
    kill -CONT "$PPID"
fi
for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    case " $* 1 $$ $PPID " in *" $pid "*) continue ;; esac
    mapfile -d '' -t words < "$folder/cmdline"
    [ "${#words[@]}" -gt 0 ] || continue
    ignored=0
    while read -r key value _; do
        if [ "$key" = SigIgn: ]; then ignored=$value; fi
    done < "$folder/status"
    line=${words[*]}
    printf 'process\0%s\0%s\0%s\0' "$pid" "$ignored" "${line:0:3000}"
    if [ "$mode" = end ]; then kill -KILL "$pid"; fi
done
places="/opt /usr/local /srv /run /root /home /var /tmp /dev/shm"
find $places -xdev -printf 'file\0%y\0%m\0%U\0%p\0' | head -c 80000
printf '\0hashes\0'
find $places -xdev -type f -size -1024k -exec sha256sum -z {} + | head -c 80000
