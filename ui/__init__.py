"""What the screens share: the shell, the controls, the session's runs, charts and the player.

The first visitors of a server often come together, each in a thread. Were each to begin reading the
code with another module, they would wait for one another's, and Python gives some of them half of
it. So a page reads its screen while it holds ``reading``.
"""

import threading

reading = threading.Lock()
