"""The package runs alone, as it does in its image."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import processor


def test_handler_needs_nothing_but_its_package(tmp_path: Path) -> None:
    package = Path(processor.__file__).parent
    shutil.copytree(package, tmp_path / "processor", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import sys, processor.handler;"
        "print(processor.__file__);"
        "print({'harness', 'api', 'moto', 'pytest'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-S", "-c", program],
        env={"PYTHONPATH": f"{tmp_path}:{sysconfig.get_path('purelib')}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [str(tmp_path / "processor" / "__init__.py"), "set()"]


def test_start_up_leaves_the_heavy_libraries_for_later() -> None:
    program = (
        "import sys, processor.handler;"
        "print({'pypdfium2', 'pypdf', 'docx', 'pptx', 'python_calamine', 'PIL', 'chardet', 'lxml',"
        "'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
