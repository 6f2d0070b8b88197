"""What the compiler makes of a wrapper is the raw call, and little else; and the comparison can fail."""

from __future__ import annotations

import functools
import pathlib
import re

import pytest

from tools.codegen.testing import tool
from wrappers.overhead import generated_code
from wrappers.overhead.generated_code import LIMIT, Function

PROGRAM = pathlib.Path("wrappers/overhead/hot_calls")
CALLS = re.findall(r"^HOT Count Raw_(\w+)\(", pathlib.Path("wrappers/overhead/hot_calls.cc").read_text(), re.MULTILINE)


@functools.cache
def program() -> dict[str, Function]:
    if why := generated_code.unfit(PROGRAM):
        pytest.skip(why)
    return generated_code.disassemble(tool("objdump", "binutils"), PROGRAM)


@pytest.mark.parametrize("call", CALLS)
def test_a_wrapper_is_as_thin_as_it_says(call: str) -> None:
    assert generated_code.faults(program(), call) == []


def test_no_call_is_overlooked() -> None:
    assert generated_code.calls_of(program()) == sorted(CALLS)
    asked = "epoll_wait epoll_wait_milliseconds epoll_wait_rounded read write eventfd_add eventfd_take timerfd_read"
    asked += " clock_gettime sigprocmask pthread_sigmask poll poll_rounded"
    assert set(asked.split()) <= set(CALLS)


# The comparison, of made-up code. A line is an address and an instruction, as objdump prints them.

RAW = """
0000000000001000 <Raw_read>:
    1000:\tpush   %rbx
    1001:\tmov    $0x8,%edx
    1006:\tmov    %r13d,%edi
    1009:\tcall   500 <read@plt>
    100e:\ttest   %rax,%rax
    1011:\tjs     101c <Raw_read+0x1c>
    1013:\tadd    $0x1,%rbx
    1017:\tcmp    %rbx,%r12
    101a:\tjne    1001 <Raw_read+0x1>
    101c:\tpop    %rbx
    101d:\tret
    101e:\txchg   %ax,%ax
"""

# With one instruction more, and the error apart.
WRAPPED = """
0000000000002000 <Wrapped_read>:
    2000:\tpush   %rbx
    2001:\tmov    $0x8,%edx
    2006:\tmov    0x0(%r13),%edi
    2009:\tmov    %edi,%esi
    200b:\tcall   500 <read@plt>
    2010:\ttest   %rax,%rax
    2013:\tjs     300 <Wrapped_read.cold>
    2019:\tadd    $0x1,%rbx
    201d:\tcmp    %rbx,%r12
    2020:\tjne    2001 <Wrapped_read+0x1>
    2022:\tpop    %rbx
    2023:\tret
    2024:\tdata16 cs nopw 0x0(%rax,%rax,1)
"""

COLD = """
0000000000000300 <Wrapped_read.cold>:
     300:\tlea    0x31f36(%rip),%rsi        # 55129 <_IO_stdin_used+0xa129>
     307:\tcall   250 <plumbline::Error plumbline::internal::Failed<int>(char const*, int const&)>
     30c:\tjmp    2022 <Wrapped_read+0x22>
"""


def faults(*texts: str, call: str = "read") -> list[str]:
    return generated_code.faults(generated_code.parse("".join(texts)), call)


def test_what_is_thin_has_no_faults() -> None:
    assert faults(RAW, WRAPPED, COLD) == []


def test_lengths_are_those_of_the_way_round() -> None:
    functions = generated_code.parse(RAW + WRAPPED)
    assert functions["Raw_read"].way_round() == 8
    assert functions["Wrapped_read"].way_round() == 9


def test_what_fills_up_is_no_instruction() -> None:
    functions = generated_code.parse(RAW + WRAPPED)
    assert [one.name for one in functions["Raw_read"].instructions][-1] == "ret"
    assert [one.name for one in functions["Wrapped_read"].instructions][-1] == "ret"


def test_a_missing_wrapper_is_a_fault() -> None:
    assert faults(RAW) == ["there is no Wrapped_read"]


def more(count: int) -> str:
    """WRAPPED with so many instructions more behind its first one."""
    first = "    2001:\tmov    $0x8,%edx\n"
    return WRAPPED.replace(first, first + "".join(f"    200{i}:\tmov    %eax,%ecx\n" for i in range(2, 2 + count)))


def test_a_longer_loop_is_a_fault_from_the_limit_on() -> None:
    assert LIMIT == 4
    assert faults(RAW, more(3), COLD) == []
    assert faults(RAW, more(4), COLD) == ["its loop has 13 instructions, and the raw one 8"]


def test_of_what_is_rounded_the_loop_may_be_longer() -> None:
    texts = [text.replace("_read", "_read_rounded") for text in (RAW, more(4), COLD)]
    assert faults(*texts, call="read_rounded") == []


@pytest.mark.parametrize("callee", ["memcpy@plt", "plumbline::EventFd::Take() const", "operator new(unsigned long)@plt"])
def test_another_call_is_a_fault(callee: str) -> None:
    text = WRAPPED.replace("    2009:\tmov    %edi,%esi\n", f"    2009:\tcall   700 <{callee}>\n")
    assert f"it calls {callee.removesuffix('@plt')} 1 times, and the raw one 0 times" in faults(RAW, text, COLD)


def test_an_indirect_call_is_a_fault() -> None:
    text = WRAPPED.replace("    2009:\tmov    %edi,%esi\n", "    2009:\tcall   *%rax\n")
    assert "it calls *%rax 1 times, and the raw one 0 times" in faults(RAW, text, COLD)


def test_a_jump_to_another_function_is_a_call() -> None:
    text = WRAPPED.replace("    2023:\tret\n", "    2023:\tjmp    700 <free@plt>\n")
    assert "it calls free 1 times, and the raw one 0 times" in faults(RAW, text, COLD)


def test_the_same_call_twice_is_a_fault() -> None:
    text = WRAPPED.replace("    2009:\tmov    %edi,%esi\n", "    2009:\tcall   500 <read@plt>\n")
    assert "it calls read 2 times, and the raw one 1 times" in faults(RAW, text, COLD)


def test_a_call_that_is_missing_is_a_fault() -> None:
    text = WRAPPED.replace("<read@plt>", "<pread@plt>")
    assert "it calls read 0 times, and the raw one 1 times" in faults(RAW, text, COLD)


def test_the_making_of_the_error_in_the_hot_part_is_a_fault() -> None:
    failed = "plumbline::internal::Failed<int>(char const*, int const&)"
    text = WRAPPED.replace("    2023:\tret\n", f"    2023:\tret\n    2024:\tcall   250 <{failed}>\n")
    assert faults(RAW, text) == [f"it calls {failed} 1 times, and the raw one 0 times"]


def test_what_else_the_cold_part_calls_is_a_fault() -> None:
    text = COLD.replace("plumbline::internal::Failed<int>(char const*, int const&)", "plumbline::Log(int)")
    assert faults(RAW, WRAPPED, text) == ["its cold part calls plumbline::Error plumbline::Log(int)"]


def test_functions_that_return_the_number_have_the_other_maker() -> None:
    assert faults(RAW, WRAPPED, COLD.replace("::Failed<", "::FailedWith<")) == []


def test_without_a_loop_there_is_nothing_to_compare() -> None:
    text = WRAPPED.replace("    2020:\tjne    2001 <Wrapped_read+0x1>\n", "")
    assert faults(RAW, text, COLD) == ["there is no loop with a call in it"]


def test_prefixes_hide_no_call() -> None:
    text = WRAPPED.replace("    2009:\tmov    %edi,%esi\n", "    2009:\tbnd call 700 <free@plt>\n")
    assert "it calls free 1 times, and the raw one 0 times" in faults(RAW, text, COLD)


def test_the_shortest_way_is_the_one_that_counts() -> None:
    # From the call on: one way has 2 instructions, the other one 3.
    text = """
0000000000001000 <f>:
    1000:\tcall   500 <read@plt>
    1005:\tje     1000 <f>
    1007:\tnop
    1008:\tadd    $0x1,%rbx
    100c:\tjmp    1000 <f>
"""
    function = generated_code.parse(text)["f"]
    assert function.way_round() == 2
    assert generated_code.parse(text.replace("je     1000 <f>", "je     900 <g>"))["f"].way_round() == 4


def test_a_program_of_another_machine_or_with_a_sanitizer_is_unfit(tmp_path: pathlib.Path) -> None:
    head = b"\x7fELF\2\1\1" + bytes(11)
    path = tmp_path / "program"
    path.write_bytes(head + b"\x3e\0" + bytes(100))
    assert generated_code.unfit(path) == ""
    path.write_bytes(head + b"\xb7\0" + bytes(100))
    assert "not of amd64" in generated_code.unfit(path)
    for sanitizer in ("asan", "tsan", "ubsan"):
        path.write_bytes(head + b"\x3e\0" + f"__{sanitizer}_init".encode())
        assert f"--config={sanitizer}" in generated_code.unfit(path)
