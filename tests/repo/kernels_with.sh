#!/usr/bin/env bash
# Builds the kernels with a compiler, and with its sanitizers if wanted, beside the usual build; then runs kernel tests.
# usage: kernels_with.sh COMPILER plain|address|thread [pytest arguments; without them all of tests/kernels]
#   address: AddressSanitizer and UndefinedBehaviorSanitizer with all their checks. The first report ends the run.
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler=$1 kind=$2
shift 2
[ $# -gt 0 ] || set -- tests/kernels

warnings=0 # whether a warning is an error
runtime=() # what must be loaded before Python itself is
case $kind in
plain) flags="" warnings=1 ;;
address)
    # Python's own flags define overflow and disable assert: both are undone.
    flags="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fno-wrapv -UNDEBUG"
    runtime=(asan)
    ;;
thread) flags="-O1 -fsanitize=thread" runtime=(tsan) ;;
*)
    echo "kernels_with.sh: expected plain, address or thread, got '$kind'" >&2
    exit 2
    ;;
esac
preload=""
if [ ${#runtime[@]} -gt 0 ]; then
    if "$compiler" --version | grep -q clang; then
        flags="$flags -shared-libsan"
        preload=$("$compiler" -print-file-name="libclang_rt.${runtime[0]}-$(uname -m).so")
    else
        # Python doesn't load the C++ library that gcc's runtime needs.
        preload="$("$compiler" -print-file-name="lib${runtime[0]}.so") $("$compiler" -print-file-name=libstdc++.so.6)"
    fi
fi

base=build/kernels-$(basename "$compiler")-$kind
lib=$PWD/$base/lib
if [ -d "$lib" ]; then find "$lib" -name '*.py' -delete; fi # modules that are gone from the checkout
# What is built for a sanitizer is built fast, and gcc's warnings are then less exact.
CC=$compiler CFLAGS=$flags TENSORIR_WERROR=$warnings python setup.py -q build --build-base "$base" --build-lib "$lib"
if [ "$kind" = plain ]; then python tests/repo/kernels_alone.py "$base"; fi # sanitizers call their own functions
export PYTHONPATH=$lib PYTHONMALLOC=malloc
# A frame may ask for more than there is; it must get NULL then, as without the sanitizer.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
# A process that forks while threads run may start threads again, which is what tests of forks do.
export TSAN_OPTIONS=halt_on_error=1:die_after_fork=0:allocator_may_return_null=1
# -P: the checkout's own build is not the one to be tested.
run=(env "LD_PRELOAD=$preload" python -P)
# ThreadSanitizer wants to know where memory lies; containers may forbid to ask for that, and mostly needn't.
if [ "$kind" = thread ] && setarch -R true 2>/dev/null; then run=(setarch -R "${run[@]}"); fi
"${run[@]}" -c 'import sys, tensorir.native._kernels as k; assert k.__file__.startswith(sys.argv[1]), k.__file__' "$lib"
# --capture=sys: pytest would swallow the report of a process that ends with it.
"${run[@]}" -m pytest -q --capture=sys -p no:cacheprovider -o "pythonpath=$lib ." "$@"
