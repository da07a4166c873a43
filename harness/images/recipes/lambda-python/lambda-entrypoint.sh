#!/bin/sh
# What a Lambda image is started with; its one argument is the handler.
if [ $# -ne 1 ]; then
    echo "lambda-entrypoint.sh takes one argument, the handler (CMD of the image); $# were given" >&2
    exit 142
fi
export _HANDLER="$1"
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
    echo "AWS_LAMBDA_RUNTIME_API is not set, and this image has no runtime interface emulator:" \
        "name a Runtime API in it, as host:port" >&2
    exit 1
fi
unset HOME HOSTNAME # engines set them, Lambda does not
exec /var/runtime/bootstrap
