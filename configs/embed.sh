#!/bin/sh
# Writes assembler source that carries files inside the binary as one table.
#   embed.sh NAME FILE...   ->   const struct embedded_file embedded_NAME[], ended by a row of zeros:
#   { const char *path; const unsigned char *data; size_t size; }
set -eu
name=$1
shift
echo '.section .rodata'
i=0
for file; do
    printf 'data_%d: .incbin "%s"\ndata_%d_end: .byte 0\npath_%d: .asciz "%s"\n' "$i" "$file" "$i" "$i" "$file"
    i=$((i + 1))
done
printf '.section .data.rel.ro,"aw"\n.balign 8\n.globl embedded_%s\nembedded_%s:\n' "$name" "$name"
n=0
while [ "$n" -lt "$i" ]; do
    printf '.quad path_%d, data_%d, data_%d_end - data_%d\n' "$n" "$n" "$n" "$n"
    n=$((n + 1))
done
printf '.quad 0, 0, 0\n.section .note.GNU-stack,"",@progbits\n'
