"""A real Chromium for the browser tests, with fonts that show Chinese."""

import os
import shutil
import subprocess

PACKAGES = ("chromium", "fonts-noto-cjk")


def ensure() -> bool:
    """Say whether there is a Chromium, after installing Debian's if that is allowed."""
    if shutil.which("chromium"):
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Chromium is missing: apt-get install {' '.join(PACKAGES)}")
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
        subprocess.run(["apt-get", *words], env=env, check=False)
    return shutil.which("chromium") is not None
