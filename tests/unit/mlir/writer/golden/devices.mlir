func.func @main(%x: tensor<?xf32> {iree.abi.affinity = #hal.device.promise<@da>}) -> (tensor<?xf32> {iree.abi.affinity = #hal.device.promise<@db>}) attributes {tensorir_sizes = [["S"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?xf32>
  %2 = flow.tensor.transfer %x : tensor<?xf32>{%1} to #hal.device.promise<@db>
  return %2 : tensor<?xf32>
}
