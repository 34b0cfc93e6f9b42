"""What goes to the browser: the bundler, and the JavaScript, HTML and CSS that components share.

The lowest room of ui: it imports nothing else of ui, and nothing of mlp.
"""
