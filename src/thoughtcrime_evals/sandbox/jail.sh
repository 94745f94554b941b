# Runs as the first process of new user, mount, pid, net, ipc and uts namespaces, and ends as the
# jail's process 1, which goes when its standard input is closed. Prints its pid as the host sees it.
set -eu
read -r pid _ < /proc/self/stat

# A further user namespace would hand out capabilities again.
echo 0 > /proc/sys/user/max_user_namespaces

# The host's folders are bound into a new root, which then takes the old one's place.
mount -t tmpfs -o size=1m,nr_inodes=1k,mode=755,nosuid,nodev root /tmp
cd /tmp
mkdir usr etc dev proc host disk
mount -t tmpfs -o "size=$1,nr_inodes=8k,mode=755,nosuid,nodev" disk disk

bind() {
    mount --rbind "$1" "$2"
    mount -o remount,bind,ro,nosuid,nodev "$2"
}
bind /usr usr
for dir in bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$dir" ]; then
        ln -s "$(readlink "/$dir")" "$dir"
    elif [ -d "/$dir" ]; then
        mkdir "$dir"
        bind "/$dir" "$dir"
    fi
done
# What is mounted below them came along, and each of these mounts is writable or not by itself.
while read -r _ _ _ _ place options _; do
    case $place in
        /tmp/usr/*|/tmp/bin/*|/tmp/sbin/*|/tmp/lib*/*)
            case $options in
                ro|ro,*) ;;
                *) mount -o remount,bind,ro,nosuid,nodev "$(printf %b "$place")" ;;
            esac ;;
    esac
done < /proc/self/mountinfo

echo 'root:x:0:0:root:/root:/bin/bash' > etc/passwd
echo 'root:x:0:' > etc/group
if [ -d /etc/alternatives ]; then
    mkdir etc/alternatives
    bind /etc/alternatives etc/alternatives
fi
if [ -f /etc/ld.so.cache ]; then
    : > etc/ld.so.cache
    bind /etc/ld.so.cache etc/ld.so.cache
fi
for name in null zero full random urandom; do
    : > "dev/$name"
    mount --bind "/dev/$name" "dev/$name"
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

# All that may be written lies on one disk of bounded size.
mkdir opt srv tmp run root home var dev/shm
for dir in opt srv tmp run root home var usr/local dev/shm; do
    mkdir -p "disk/$dir"
    mount --bind "disk/$dir" "$dir"
done
mkdir -p var/tmp usr/local/bin usr/local/sbin
chmod 1777 tmp var/tmp dev/shm
chmod 700 root

mount -t proc -o nosuid,nodev,noexec proc proc
umount disk
hostname desk 2>/dev/null || true
pivot_root . host
cd /
umount -l host
rmdir host disk
mount -o remount,bind,ro,nosuid,nodev /
echo "$pid"
# With SIGCHLD ignored, the kernel itself clears away what processes leave when they end.
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all \
    env -i --ignore-signal=CHLD cat
