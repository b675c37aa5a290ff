"""In the guest: three of cloud-init's four stages, one after the other in one program.

Each stage by itself reads all of cloud-init anew, which takes most of its time where that is emulated.
"""

from cloudinit.cmd.main import main  # type: ignore[import-not-found]

for words in (["init", "--local"], ["init"], ["modules", "--mode=config"]):
    main(["cloud-init", *words])
