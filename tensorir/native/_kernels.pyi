"""Types of the compiled cffi module; the C side is kernels/include."""

from typing import Any, Literal, overload

class CData:
    def __add__(self, elements: int) -> CData: ...
    def __len__(self) -> int: ...
    def __int__(self) -> int: ...  # of a number

class Mmt4dParams(CData):
    def __getitem__(self, index: Literal[0]) -> CData: ...
    lhs: CData
    rhs: CData
    out: CData
    batch: int
    lhs_batch_stride: int
    rhs_batch_stride: int
    out_batch_stride: int
    m1: int
    n1: int
    k1: int
    lhs_stride: int
    rhs_stride: int
    out_stride_m: int
    out_stride_n: int
    m0: int
    n0: int
    k0: int
    lhs_type: int
    rhs_type: int
    out_type: int
    rhs_order: int
    flags: int
    cpu_features: int

class CopyParams(CData):
    plain: CData
    packed: CData
    batch: int
    plain_batch_stride: int
    packed_batch_stride: int
    d0: int
    d1: int
    plain_stride0: int
    plain_stride1: int
    o0: int
    o1: int
    packed_stride0: int
    packed_stride1: int
    t0: int
    t1: int
    element_bytes: int
    cpu_features: int

class PackParams(CopyParams):
    padding: int

class UnpackParams(CopyParams): ...

class KernelInfo(CData):
    name: CData
    op: CData
    types: CData
    order: CData
    isa: CData
    tile: tuple[int, int, int]
    features: int

class CType:
    relements: dict[str, int]  # of an enum: its names
    fields: list[tuple[str, Any]]  # of a struct

class FFI:
    NULL: CData
    errno: int
    def typeof(self, cdecl: str) -> CType: ...
    @overload
    def new(self, cdecl: Literal["tir_mmt4d_params *"], init: CData = ...) -> Mmt4dParams: ...
    @overload
    def new(self, cdecl: Literal["tir_pack_params *"], init: CData = ...) -> PackParams: ...
    @overload
    def new(self, cdecl: Literal["tir_unpack_params *"], init: CData = ...) -> UnpackParams: ...
    @overload
    def new(self, cdecl: str, init: Any = ...) -> Any: ...
    def cast(self, cdecl: str, value: int | CData) -> CData: ...
    def string(self, cdata: CData) -> bytes: ...
    @overload
    def from_buffer(self, buffer: Any, /, *, require_writable: bool = ...) -> CData: ...
    @overload
    def from_buffer(self, cdecl: str | CType, buffer: Any, require_writable: bool = ...) -> CData: ...
    def buffer(self, cdata: CData, size: int) -> Any: ...
    def gc(self, cdata: CData, destructor: Any) -> CData: ...

class Step(CData):
    def __getitem__(self, index: Literal[0]) -> CData: ...
    kind: int
    loops: int
    operands: int
    attributes: int
    size: CData
    stride: CData
    base: CData
    type: CData
    attribute: CData
    code: CData
    code_words: int
    cpu_features: int
    workspace: CData
    fault_operand: int
    fault_value: int
    fault_size: int

class Fault(CData):
    def __getitem__(self, index: Literal[0]) -> CData: ...
    status: int
    command: int
    unit: int
    step: int
    operand: int
    value: int
    size: int

class Lib:
    TIR_STATUS_OK: int
    TIR_STATUS_BAD_SIZE: int
    TIR_STATUS_BAD_POINTER: int
    TIR_STATUS_BAD_TYPE: int
    TIR_STATUS_NO_KERNEL: int
    TIR_TYPE_f32: int
    TIR_ORDER_nk: int
    TIR_ORDER_kn: int
    TIR_CHECKSUM_LANES: int
    TIR_CPU_X86_AVX2: int
    TIR_CPU_X86_AVX512: int
    TIR_CPU_X86_AVX512_VNNI: int
    TIR_CPU_X86_AVX512_BF16: int
    TIR_FLAG_ACCUMULATE: int
    TIR_PARTIAL_SUM: int
    TIR_MAX_ATTRIBUTES: int
    TIR_MAX_CONTRACTED: int
    TIR_MAX_LOOPS: int
    TIR_MAX_OPERANDS: int
    TIR_MAX_UNIT_DIMS: int
    TIR_REDUCE_add: int
    TIR_REDUCE_and: int
    TIR_REDUCE_max: int
    TIR_REDUCE_maxnum: int
    TIR_REDUCE_min: int
    TIR_REDUCE_minnum: int
    TIR_REDUCE_mul: int
    TIR_REDUCE_or: int
    TIR_REDUCE_xor: int
    TIR_STATUS_BAD_ACCESS: int
    TIR_STATUS_BAD_DIVISION: int
    TIR_STATUS_BAD_IMAGE: int
    TIR_STATUS_BAD_INDEX: int
    TIR_STATUS_HOST: int
    TIR_STATUS_NO_MEMORY: int
    TIR_STATUS_PAUSED: int
    TIR_STEP_contract: int
    TIR_STEP_copy: int
    TIR_STEP_fill: int
    TIR_STEP_gather: int
    TIR_STEP_layer_norm: int
    TIR_STEP_map: int
    TIR_STEP_mmt4d: int
    TIR_STEP_pack: int
    TIR_STEP_reduce: int
    TIR_STEP_rms_norm: int
    TIR_STEP_matmul: int
    TIR_STEP_mmt4d_map: int
    TIR_STEP_softmax: int
    TIR_STEP_unpack: int
    TIR_TYPE_bf16: int
    TIR_TYPE_f16: int
    TIR_TYPE_f64: int
    TIR_TYPE_i1: int
    TIR_TYPE_i16: int
    TIR_TYPE_i32: int
    TIR_TYPE_i4: int
    TIR_TYPE_i64: int
    TIR_TYPE_i8: int
    TIR_TYPE_u16: int
    TIR_TYPE_u32: int
    TIR_TYPE_u4: int
    TIR_TYPE_u64: int
    TIR_TYPE_u8: int
    TIR_WORKSPACE_BYTES: int
    def tir_mmt4d(self, params: Mmt4dParams) -> int: ...
    def tir_pack(self, params: PackParams) -> int: ...
    def tir_unpack(self, params: UnpackParams) -> int: ...
    def tir_status_message(self, status: int) -> CData: ...
    def tir_kernel_count(self) -> int: ...
    def tir_kernel_at(self, index: int) -> KernelInfo: ...
    def tir_mmt4d_kernel(self, params: Mmt4dParams) -> int: ...
    def tir_pack_kernel(self, params: PackParams) -> int: ...
    def tir_unpack_kernel(self, params: UnpackParams) -> int: ...
    def tir_cpu_features(self) -> int: ...
    def tir_cpu_features_of(self, words: CData) -> int: ...
    def tir_run_step(self, step: Step) -> int: ...
    def tir_math_block(
        self, function: int, type: int, cpu_features: int, a: CData, b: CData, out: CData, count: int
    ) -> int: ...
    def tir_plan_open(
        self,
        words: CData,
        count: int,
        constants: CData,
        constant_bytes: CData,
        constant_count: int,
        cpu_features: int,
        plan: CData,
        fault: Fault,
    ) -> int: ...
    def tir_plan_close(self, plan: CData) -> None: ...
    def tir_frame_open(
        self,
        plan: CData,
        symbols: CData,
        symbol_count: int,
        threads: int,
        byte_limit: int,
        checked: int,
        frame: CData,
        fault: Fault,
    ) -> int: ...
    def tir_frame_close(self, frame: CData) -> None: ...
    def tir_frame_value(self, frame: CData, index: int) -> int: ...
    def tir_frame_buffer(self, frame: CData, buffer: int) -> CData: ...
    def tir_frame_buffer_bytes(self, frame: CData, buffer: int) -> int: ...
    def tir_frame_arena_bytes(self, frame: CData) -> int: ...
    def tir_frame_scratch_bytes(self, frame: CData) -> int: ...
    def tir_frame_run(self, frame: CData, arguments: CData, results: CData, pause_ns: int, fault: Fault) -> int: ...
    def tir_frame_rewind(self, frame: CData) -> None: ...
    def tir_frame_profile(self, frame: CData, on: int) -> int: ...
    def tir_frame_step_ns(self, frame: CData, worker: int, command: int, step: int) -> int: ...
    def tir_frame_began(self, frame: CData, worker: int, command: int) -> int: ...
    def tir_frame_ended(self, frame: CData, worker: int, command: int) -> int: ...
    def tir_frame_command_ns(self, frame: CData, command: int) -> int: ...
    def tir_calibrate_fma(self, cpu_features: int, repeats: int) -> float: ...
    def tir_calibrate_read(self, cpu_features: int, memory: CData, bytes: int, repeats: int) -> float: ...
    def tir_checksum(self, data: CData, bytes: int, lanes: CData) -> None: ...
    TIR_HASH_BLOCK_WORDS: int
    TIR_HASH_KEY_WORDS: int
    TIR_HASH_SUMS: int
    def tir_hash_blocks(self, data: CData, bytes: int, key: CData, sums: CData) -> None: ...
    def tir_map_file(self, file: int, bytes: int) -> CData: ...
    def tir_unmap_file(self, memory: CData, bytes: int) -> None: ...
    def tir_frame_command_units(self, frame: CData, command: int) -> int: ...
    def tir_frame_worker_ns(self, frame: CData, worker: int) -> int: ...

ffi: FFI
lib: Lib
