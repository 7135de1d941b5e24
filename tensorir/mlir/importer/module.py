"""Converts a text to a module: its symbols, then its globals in order, then its functions, callees first."""

from __future__ import annotations

from collections.abc import Iterator

from tensorir.ir.diagnostic import InferError, ParseError, Remark, TensorIRError
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.mlir.importer.composites import is_composite
from tensorir.mlir.importer.definitions import FUNCTIONS, body, error, function_name, is_private
from tensorir.mlir.importer.function import convert_function, convert_initializer
from tensorir.mlir.importer.globals import GLOBALS, convert_global, global_type, is_mutable, stored
from tensorir.mlir.importer.inlining import is_written_out
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.signature import CALLS
from tensorir.mlir.syntax import Block, Document, Operation, SymbolRef, TypeAttr

INITIALIZERS = ("util.initializer",)


def convert(document: Document, remarks: list[Remark] | None = None) -> Module:
    """Converts a document to a module. Raises ParseError where the text is not a program or is not supported."""
    return _Converter(document, remarks).module()


class _Converter:
    def __init__(self, document: Document, remarks: list[Remark] | None) -> None:
        self.document = document
        self.ops = document.module.regions[0][0].ops if document.module.regions and document.module.regions[0] else []
        self.program = ImportState(document, {}, self._callee, [] if remarks is None else remarks)
        self.functions: dict[str, Function] = {}

    def module(self) -> Module:
        self._collect_symbols()
        for op in self.ops:
            if op.name in GLOBALS:
                self._global(op)
            elif op.name in INITIALIZERS:
                self._initializer(op)
        for op in self._callees_first():
            if not is_written_out(op):
                self.functions[function_name(op)] = convert_function(op, self.program)
        order = [function_name(op) for op in self.ops if op.name in FUNCTIONS]
        functions = [self.functions[name] for name in order if name in self.functions]
        module = Module(functions, self._used_globals(functions))
        try:
            verify(module)
        except TensorIRError as e:
            raise ParseError(e.diagnostics) from None
        return module

    def _collect_symbols(self) -> None:
        for op in self.ops:
            if op.name not in (*FUNCTIONS, *GLOBALS, *INITIALIZERS):
                raise error(op, "this op is not supported at the top level of a module")
            if op.name in INITIALIZERS:
                continue
            name = function_name(op)
            if name in self.program.symbols:
                line = self.program.symbols[name].loc.line
                raise error(op, f"the symbol @{name} is already defined on line {line}")
            self.program.symbols[name] = op

    # -- globals

    def _global(self, op: Operation) -> None:
        name = function_name(op)
        try:
            convert_global(op, name, self.program)
        except InferError as e:
            raise error(op, f"@{name}: {e}") from None
        if name in self.program.unusable:
            self.program.remarks.append(
                Remark("mlir", op.name, "dropped", f"@{name} {self.program.unusable[name]}", loc=op.loc)
            )

    def _initializer(self, op: Operation) -> None:
        if not op.regions or not op.regions[0]:
            raise error(op, "has no body")
        block = op.regions[0][0]
        for store in block.ops:
            try:
                name = stored(store)
                if name is None:
                    continue
                owner = self.program.symbols.get(name)
                if owner is None or owner.name not in GLOBALS:
                    raise InferError(f"there is no global @{name}")
                if name in self.program.globals:
                    raise InferError(f"@{name} has a value already")
                type = owner.attributes.get("type")
                if not isinstance(type, TypeAttr):
                    raise InferError(f"@{name} has no type")
                wanted = global_type(type.type)
                region = convert_initializer(block, self.program, name)
                if region.yields[0].type != wanted:
                    raise InferError(f"@{name} is {wanted}, {region.yields[0].type} is stored to it")
            except InferError as e:
                raise error(store, str(e)) from None
            self.program.unusable.pop(name, None)
            self.program.globals[name] = Global(name, wanted, region, owner.loc, mutable=is_mutable(owner))

    def _used_globals(self, functions: list[Function]) -> list[Global]:
        """Returns all globals of the text, and the data that functions load."""
        program = self.program
        regions = [f.body for f in functions] + [
            g.value for g in program.globals.values() if isinstance(g.value, Region)
        ]
        used = {getattr(op, name) for region in regions for op in region.walk() for name in op.SYMBOLS}
        return [g for name, g in program.globals.items() if name not in program.weights or name in used]

    # -- functions

    def _callees_first(self) -> Iterator[Operation]:
        """Returns the functions that are public or called from a public one, each after those that it calls."""
        done: set[str] = set()
        for root in self.ops:
            if root.name not in FUNCTIONS or is_composite(root):
                continue
            name = function_name(root)
            if not root.regions or not root.regions[0]:
                self._remark(root, f"@{name} is only declared")
                continue
            if is_private(root):
                continue
            yield from self._reached(name, root, done)
        for op in self.ops:
            if op.name in FUNCTIONS and is_private(op) and not is_composite(op) and op.regions and op.regions[0]:
                name = function_name(op)
                if name not in done:
                    self._remark(op, f"@{name} is private and never called")

    def _reached(self, name: str, root: Operation, done: set[str]) -> Iterator[Operation]:
        if name in done:
            return
        done.add(name)
        stack = [(name, root, self._calls(root))]
        open_names = {name}
        while stack:
            name, function, calls = stack[-1]
            call = next(calls, None)
            if call is None:
                stack.pop()
                open_names.discard(name)
                yield function
                continue
            callee, target, place = call
            if callee in open_names:
                raise error(place, f"@{callee} calls itself, directly or through others: recursion is not supported")
            if callee not in done:
                done.add(callee)
                open_names.add(callee)
                stack.append((callee, target, self._calls(target)))

    def _calls(self, function: Operation) -> Iterator[tuple[str, Operation, Operation]]:
        """Returns the functions with a body that `function` calls, each with its call; others are refused when
        converted."""
        for op in _within(body(function)):
            callee = op.attributes.get("callee")
            if op.name not in CALLS or not isinstance(callee, SymbolRef) or len(callee.path) != 1:
                continue
            target = self.program.symbols.get(callee.path[0])
            if target is None or target.name not in FUNCTIONS or is_composite(target):
                continue
            if target.regions and target.regions[0]:
                yield callee.path[0], target, op

    def _callee(self, name: str, call: Operation) -> Function:
        found = self.functions.get(name)
        if found is None:
            raise error(call, f"@{name} is only declared: there is no body to run")
        return found

    def _remark(self, op: Operation, message: str) -> None:
        self.program.remarks.append(Remark("mlir", op.name, "dropped", message, loc=op.loc))


def _within(block: Block) -> Iterator[Operation]:
    """All ops of a block, with those in the regions of branches and loops."""
    for op in block.ops:
        yield op
        if op.name.startswith("scf."):
            for blocks in op.regions:
                for inner in blocks:
                    yield from _within(inner)
