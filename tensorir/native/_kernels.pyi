"""Types of the compiled cffi module; the C side is kernels/include/tensorir_kernels.h."""

from typing import Any, Literal, overload

class CData:
    def __add__(self, elements: int) -> CData: ...

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
    def from_buffer(self, cdecl: str, buffer: Any, require_writable: bool = ...) -> CData: ...

class Lib:
    TIR_STATUS_OK: int
    TIR_STATUS_BAD_SIZE: int
    TIR_STATUS_BAD_POINTER: int
    TIR_STATUS_BAD_TYPE: int
    TIR_STATUS_NO_KERNEL: int
    TIR_TYPE_f32: int
    TIR_ORDER_nk: int
    TIR_ORDER_kn: int
    TIR_CPU_X86_AVX2: int
    TIR_CPU_X86_AVX512: int
    TIR_CPU_X86_AVX512_VNNI: int
    TIR_CPU_X86_AVX512_BF16: int
    TIR_FLAG_ACCUMULATE: int
    TIR_PARTIAL_SUM: int
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

ffi: FFI
lib: Lib
