// The AWS SDK warns on every run of Node 20, which the tests are meant to run on.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
