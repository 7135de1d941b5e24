module {
  util.func public @cnn$async(%arg0: !hal.buffer_view, %arg1: !hal.fence, %arg2: !hal.fence) -> !hal.buffer_view attributes {inlining_policy = #util.inline.never, iree.abi.model = "coarse-fences", iree.abi.stub} {
    %c0_i64 = arith.constant 0 : i64
    %c0 = arith.constant 0 : index
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant -3.40282347E+38 : f32
    %cst_2 = arith.constant dense<"0x5A38C63C2345D0BC2E6AFC3D6261A53CA620D3BDAE848E3D2A7D803EE4A33A3E30AF0ABE0E6079BEF1A7F5BD174E023C7A18E5BED7772CBDC18775BE9F4E10BE5683D6BDE95479BD393DA23D6C724D3E37A4CABCCBA4863ED41603BE1C8B8A3DBE0B323E1737943C448512BEB6A435BE3468B4BD0E932D3DDFF646BE54E324BDC006FBBCED2AD53DE635293DD9108C3D6AD900BEAF57CCBC477F1A3E8727933E661F78BE742C953E769D843EE0F8193EC376503D2B7577BD4EAA8F3E2927C13EE985B13E4195813E6CDB8C3D3C1F6EBE9BB560BAEC5E013E5EE57DBE87BB9B3DEF6CA93D1A2B093E525A69BEA76602BE0004ACBD158866BE3D63AB3E0875C3BDCCA8813D90D34BBDD1069C3EDE19823ED2A0F93D231FD9BE7C0D243CB8BB063E7FD9453E5F8AF3BDE887B33EA21B82BED95D02BEEF44383E99AC1A3CFD4DC53EE69A143DD390F9BDE2CF94BDED0757BE80CA7BBE1078F83D350FE53D061E7F3E96B514BE6E6FA63E6C8A62BD2A229B3EC793AABDDDF010BE53E6443D6F444B3EFFD6FD3C6FC7E6BD062884BE18198ABE5520C63DAA0A433E698201BD51B953BEA90C2C3E69537CBE07860CBE40C4F43D67B7DDBE6948983D233FE5BDF848AC3CD5B16EBC64521F3DB9CC083E7A7315BE03048C3E2B170F3E0246263EF78E653E8A351B3E7657263EB95A6E3C1C968CBECFE7D4BCBCA517BE67308CBE66BB4B3D3A16E0BD42F14ABE068B4DBE2D96533DBD5D8D3DC04E823E5C7F2FBB70504D3EE02B8A3E70A9623E5C10E9BEA622723E69DB853D3906A73D9450923DEBDB963D53C97B3D17768DBD6860BBBEABB5ABBCFB631EBEDADD543EA9A063BD699A833C506E27BE7041C9BDAE7511BB525C92BED2056D3D743AA7BC22AB69BEFD4EECBE9636CA3D07946ABD77E5D0BDA9273ABD46FCB23E0D071DBC488F883C258792BED451A23EEFCE343E7A42523E2751163CE7A4343E4434923D55AEF13DA3F0EFBC8E3A91BE54C14A3E01A9BEBEDF223DBD573821BDEA834DBEAEA7F13D3EEA1DBDB22FACBDA7E3CC3D7BD6BBBDC4DC883E90858A3DDAF3BABDBB93BFBED6DB80BE382E563E4E8F1FBC3A2E5FBDB9EAA13E30C57CBE72D4E6BDC143BABD0119E73D1CC302BE6AC5F1BD9A299EBE6ABB0F3E70DD1E3E11C2BBBDC3C1003D87BD7EBE9BF5B9BD90C6873E88FCD53C80A6E33E96211BBE47B6E43DCB1C1ABD9C02DF3D"> : tensor<8x3x3x3xf32>
    %cst_3 = arith.constant dense<[-0.00721135968, -0.561198115, -0.867616772, 3.0660367, -0.0773450583, -2.01666069, -0.648600578, 0.678039729]> : tensor<8xf32>
    %cst_4 = arith.constant dense<[[[[0.0238893218]], [[-0.102984063]], [[0.103959598]], [[-0.533785164]], [[0.22775574]], [[-0.0812934115]], [[0.126787096]], [[-0.120317802]]], [[[0.113264784]], [[-0.379208207]], [[0.420429587]], [[-0.602293968]], [[-0.367426395]], [[0.0833205357]], [[0.517192841]], [[0.0983324944]]], [[[-0.087648876]], [[-0.503845453]], [[-0.0676265135]], [[-0.00702758459]], [[0.597706258]], [[0.219954476]], [[-5.406160e-01]], [[0.716574609]]], [[[-0.13965708]], [[-0.310935974]], [[0.521428525]], [[-0.0175913181]], [[-0.129896432]], [[0.0773525313]], [[0.298713297]], [[0.351197392]]], [[[-0.486207485]], [[0.70656991]], [[0.33476612]], [[-0.134067819]], [[-0.289439976]], [[-0.342597634]], [[0.0436208658]], [[-0.229108363]]], [[[-0.27042377]], [[0.286821753]], [[0.128894016]], [[-1.395020e-01]], [[0.259595722]], [[0.483441353]], [[-0.386962891]], [[-0.213295892]]], [[[0.333267152]], [[0.254183888]], [[0.0801501497]], [[0.41097796]], [[-0.384740949]], [[-0.522954226]], [[-0.306356609]], [[0.0433258787]]], [[[-0.281459183]], [[-0.172257632]], [[-0.344714612]], [[-0.219354823]], [[-0.355245918]], [[0.129918918]], [[0.281036437]], [[-0.169863284]]], [[[-0.0732795224]], [[-0.205426037]], [[0.187825665]], [[0.0314860642]], [[0.563619554]], [[-0.387307853]], [[1.281640e-01]], [[0.156974658]]], [[[-0.12743485]], [[0.206310466]], [[-0.508594573]], [[7.491100e-01]], [[-0.474484354]], [[0.325200975]], [[-0.396376729]], [[0.406898588]]], [[[-0.136038154]], [[0.0560109578]], [[0.0188598651]], [[0.389168262]], [[-0.113684192]], [[-1.04905784]], [[-0.268721372]], [[0.0649521127]]], [[[-0.155729026]], [[0.272172779]], [[0.358972311]], [[-0.0522452258]], [[-0.526669204]], [[0.489376277]], [[0.382917225]], [[-0.105780043]]]]> : tensor<12x8x1x1xf32>
    %cst_5 = arith.constant dense<[2.10828853, -0.348875463, -1.13711977, -0.155873433, 1.07783377, -0.937453448, 1.95122504, -0.896526217, 0.954422295, 0.544462383, -0.154057056, 1.08053303]> : tensor<12xf32>
    %cst_6 = arith.constant dense<[[-0.432954609, 0.391897231, -0.0183839966, -0.156587571, 0.216267914, 0.305966496, 0.222220793, 5.772070e-01, 0.311978757, 0.370516449, -0.155845299, 0.0307507664], [0.162519068, -0.00512174238, 0.0870745927, 0.123005852, 0.243712232, -0.0293319598, -0.100978337, -0.239114136, -0.257420957, 0.338457525, -0.0243992526, 0.227171272], [-0.374516696, -0.559500933, -0.302846551, 0.331002682, 0.308327407, 0.0958512872, -0.231566578, -0.0377594717, -0.0859560444, -0.0995852276, -0.723440051, -0.247662008], [-0.0548797064, 4.377550e-01, 0.0464025252, 0.4044016, -0.113653392, -0.0729449093, -1.12566614, 0.133751944, 0.157932907, 0.509153366, -0.140515864, 0.0271799639], [-0.203668371, -0.339556158, -0.205856532, -0.0995924919, 0.391281247, 6.38434663E-4, -0.228210628, 4.095660e-02, 0.0628074408, -0.195211381, 0.33002311, -0.545119345]]> : tensor<5x12xf32>
    %cst_7 = arith.constant dense<[-0.213544622, 0.665066063, -1.33843255, 0.361253738, 1.29289305]> : tensor<5xf32>
    %cst_8 = arith.constant dense<[[[[1.29691541]], [[-0.345672518]], [[0.854584217]], [[-0.488969058]], [[1.76066732]], [[0.19921799]], [[-0.382002294]], [[2.55242395]]]]> : tensor<1x8x1x1xf32>
    %cst_9 = arith.constant dense<[[[[1.28119051]], [[0.985535144]], [[0.922628402]], [[1.37752891]], [[0.58681488]], [[1.20841885]], [[1.28915465]], [[1.29919636]]]]> : tensor<1x8x1x1xf32>
    %cst_10 = arith.constant 9.99999974E-6 : f32
    %cst_11 = arith.constant dense<[[[[-0.500008404]], [[1.36044621]], [[1.00239825]], [[-0.152338639]], [[-0.47221595]], [[-1.00480103]], [[-0.69996655]], [[-1.4731431]]]]> : tensor<1x8x1x1xf32>
    %cst_12 = arith.constant dense<[[[[1.20439625]], [[1.59070075]], [[-1.25613809]], [[-1.18168294]], [[-1.76851189]], [[-0.963854253]], [[-3.10633683]], [[-1.14227891]]]]> : tensor<1x8x1x1xf32>
    %cst_13 = arith.constant dense<[[[-0.222562432, 0.0544146672, -0.276917309], [0.781936049, -0.234713182, -0.151024818], [-0.355279326, -0.11537376, -0.00195867545]], [[0.255929708, -0.203495547, -0.0619246513], [-0.472163111, -0.275800735, 0.918602526], [0.347081065, -0.260474682, -0.445799083]], [[-0.325194269, -0.00723028649, 0.0115759298], [-0.248120204, -0.428858161, 0.47412616], [0.150561824, -0.12485601, -0.0735537335]], [[-0.176510155, -0.978681802, 0.038553942], [-0.35684815, -0.334228098, -0.213420808], [0.244100571, -0.390176922, -0.478093833]], [[0.213284031, 0.25145629, -0.31964457], [0.187465891, -0.0972108095, 0.100430727], [-0.420320094, 0.277631491, 0.40108633]], [[0.212357745, 0.186113328, -1.25742507], [0.0868765861, -0.00848177261, -0.0490151681], [-0.210192665, 0.0184549913, 0.137372464]], [[-0.0879293903, -0.154441386, 0.409917951], [-0.368455708, 0.343385071, 0.0589374863], [-0.268101871, -0.0966606289, -0.306664526]], [[0.225021511, 0.115967251, -0.185598731], [-0.3674061, 0.100572035, 0.319128543], [-0.0379454494, 0.139450833, -0.125342384]]]> : tensor<8x3x3xf32>
    %cst_14 = arith.constant 2.000000e+01 : f32
    %0 = hal.buffer_view.dim<%arg0 : !hal.buffer_view>[0] : index
    %1 = hal.tensor.import wait(%arg1) => %arg0 : !hal.buffer_view -> tensor<?x3x17x15xf32>{%0}
    %dim = tensor.dim %1, %c0 : tensor<?x3x17x15xf32>
    %padded = tensor.pad %1 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg3: index, %arg4: index, %arg5: index, %arg6: index):
      tensor.yield %cst : f32
    } : tensor<?x3x17x15xf32> to tensor<?x3x19x17xf32>
    %2 = tensor.empty(%dim) : tensor<?x8x9x8xf32>
    %broadcasted = linalg.broadcast ins(%cst_3 : tensor<8xf32>) outs(%2 : tensor<?x8x9x8xf32>) dimensions = [0, 2, 3] 
    %3 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %cst_2 : tensor<?x3x19x17xf32>, tensor<8x3x3x3xf32>) outs(%broadcasted : tensor<?x8x9x8xf32>) -> tensor<?x8x9x8xf32>
    %4 = tensor.empty() : tensor<1x8x1x1xf32>
    %5 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_9 : tensor<1x8x1x1xf32>) outs(%4 : tensor<1x8x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = arith.addf %in, %cst_10 : f32
      linalg.yield %44 : f32
    } -> tensor<1x8x1x1xf32>
    %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5 : tensor<1x8x1x1xf32>) outs(%4 : tensor<1x8x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = math.rsqrt %in : f32
      linalg.yield %44 : f32
    } -> tensor<1x8x1x1xf32>
    %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %cst_8 : tensor<?x8x9x8xf32>, tensor<1x8x1x1xf32>) outs(%2 : tensor<?x8x9x8xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.subf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x8x9x8xf32>
    %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %6 : tensor<?x8x9x8xf32>, tensor<1x8x1x1xf32>) outs(%2 : tensor<?x8x9x8xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.mulf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x8x9x8xf32>
    %9 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %cst_11 : tensor<?x8x9x8xf32>, tensor<1x8x1x1xf32>) outs(%2 : tensor<?x8x9x8xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.mulf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x8x9x8xf32>
    %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %cst_12 : tensor<?x8x9x8xf32>, tensor<1x8x1x1xf32>) outs(%2 : tensor<?x8x9x8xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.addf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x8x9x8xf32>
    %11 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<?x8x9x8xf32>) outs(%2 : tensor<?x8x9x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = arith.cmpf ugt, %in, %cst : f32
      %45 = arith.select %44, %in, %cst : f32
      linalg.yield %45 : f32
    } -> tensor<?x8x9x8xf32>
    %padded_15 = tensor.pad %11 low[0, 0, 0, 0] high[0, 0, 1, 1] {
    ^bb0(%arg3: index, %arg4: index, %arg5: index, %arg6: index):
      tensor.yield %cst_1 : f32
    } : tensor<?x8x9x8xf32> to tensor<?x8x10x9xf32>
    %12 = tensor.empty(%dim) : tensor<?x8x5x4xf32>
    %13 = linalg.fill ins(%cst_0 : f32) outs(%12 : tensor<?x8x5x4xf32>) -> tensor<?x8x5x4xf32>
    %14 = tensor.empty() : tensor<2x2xf32>
    %15 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_15, %14 : tensor<?x8x10x9xf32>, tensor<2x2xf32>) outs(%13 : tensor<?x8x5x4xf32>) -> tensor<?x8x5x4xf32>
    %padded_16 = tensor.pad %15 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg3: index, %arg4: index, %arg5: index, %arg6: index):
      tensor.yield %cst : f32
    } : tensor<?x8x5x4xf32> to tensor<?x8x7x6xf32>
    %16 = linalg.fill ins(%cst : f32) outs(%12 : tensor<?x8x5x4xf32>) -> tensor<?x8x5x4xf32>
    %17 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_16, %cst_13 : tensor<?x8x7x6xf32>, tensor<8x3x3xf32>) outs(%16 : tensor<?x8x5x4xf32>) -> tensor<?x8x5x4xf32>
    %18 = tensor.empty(%dim) : tensor<?x12x5x4xf32>
    %broadcasted_17 = linalg.broadcast ins(%cst_5 : tensor<12xf32>) outs(%18 : tensor<?x12x5x4xf32>) dimensions = [0, 2, 3] 
    %19 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%17, %cst_4 : tensor<?x8x5x4xf32>, tensor<12x8x1x1xf32>) outs(%broadcasted_17 : tensor<?x12x5x4xf32>) -> tensor<?x12x5x4xf32>
    %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<?x12x5x4xf32>) outs(%18 : tensor<?x12x5x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = arith.cmpf ugt, %in, %cst : f32
      %45 = arith.select %44, %in, %cst : f32
      linalg.yield %45 : f32
    } -> tensor<?x12x5x4xf32>
    %21 = tensor.empty(%dim) : tensor<?x12x1x1xf32>
    %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<?x12x1x1xf32>) -> tensor<?x12x1x1xf32>
    %23 = tensor.empty() : tensor<5x4xf32>
    %24 = linalg.pooling_nchw_sum {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%20, %23 : tensor<?x12x5x4xf32>, tensor<5x4xf32>) outs(%22 : tensor<?x12x1x1xf32>) -> tensor<?x12x1x1xf32>
    %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<?x12x1x1xf32>) outs(%21 : tensor<?x12x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = arith.divf %in, %cst_14 : f32
      linalg.yield %44 : f32
    } -> tensor<?x12x1x1xf32>
    %collapsed = tensor.collapse_shape %25 [[0], [1, 2, 3]] : tensor<?x12x1x1xf32> into tensor<?x12xf32>
    %26 = tensor.empty() : tensor<12x5xf32>
    %transposed = linalg.transpose ins(%cst_6 : tensor<5x12xf32>) outs(%26 : tensor<12x5xf32>) permutation = [1, 0] 
    %27 = tensor.empty(%dim) : tensor<?x5xf32>
    %28 = linalg.fill ins(%cst : f32) outs(%27 : tensor<?x5xf32>) -> tensor<?x5xf32>
    %29 = linalg.matmul ins(%collapsed, %transposed : tensor<?x12xf32>, tensor<12x5xf32>) outs(%28 : tensor<?x5xf32>) -> tensor<?x5xf32>
    %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%29, %cst_7 : tensor<?x5xf32>, tensor<5xf32>) outs(%27 : tensor<?x5xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.addf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x5xf32>
    %31 = tensor.empty(%dim) : tensor<?xi64>
    %32 = linalg.fill ins(%c0_i64 : i64) outs(%31 : tensor<?xi64>) -> tensor<?xi64>
    %33 = tensor.empty(%dim) : tensor<?xf32>
    %34 = linalg.fill ins(%cst_0 : f32) outs(%33 : tensor<?xf32>) -> tensor<?xf32>
    %35:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%30 : tensor<?x5xf32>) outs(%34, %32 : tensor<?xf32>, tensor<?xi64>) {
    ^bb0(%in: f32, %out: f32, %out_19: i64):
      %44 = linalg.index 1 : index
      %45 = arith.index_cast %44 : index to i64
      %46 = arith.maximumf %in, %out : f32
      %47 = arith.cmpf ogt, %in, %out : f32
      %48 = arith.select %47, %45, %out_19 : i64
      linalg.yield %46, %48 : f32, i64
    } -> (tensor<?xf32>, tensor<?xi64>)
    %expanded = tensor.expand_shape %35#0 [[0, 1]] output_shape [%dim, 1] : tensor<?xf32> into tensor<?x1xf32>
    %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%30, %expanded : tensor<?x5xf32>, tensor<?x1xf32>) outs(%27 : tensor<?x5xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.subf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x5xf32>
    %37 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<?x5xf32>) outs(%27 : tensor<?x5xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = math.exp %in : f32
      linalg.yield %44 : f32
    } -> tensor<?x5xf32>
    %38 = tensor.empty(%dim) : tensor<?x1xf32>
    %39 = linalg.fill ins(%cst : f32) outs(%38 : tensor<?x1xf32>) -> tensor<?x1xf32>
    %40 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]} ins(%37 : tensor<?x5xf32>) outs(%39 : tensor<?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %44 = arith.addf %in, %out : f32
      linalg.yield %44 : f32
    } -> tensor<?x1xf32>
    %41 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%37, %40 : tensor<?x5xf32>, tensor<?x1xf32>) outs(%27 : tensor<?x5xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %44 = arith.divf %in, %in_19 : f32
      linalg.yield %44 : f32
    } -> tensor<?x5xf32>
    %42 = hal.tensor.barrier join(%41 : tensor<?x5xf32>) => %arg2 : !hal.fence
    %dim_18 = tensor.dim %42, %c0 : tensor<?x5xf32>
    %43 = hal.tensor.export %42 : tensor<?x5xf32>{%dim_18} -> !hal.buffer_view
    util.return %43 : !hal.buffer_view
  }
  util.func public @cnn(%arg0: !hal.buffer_view) -> !hal.buffer_view attributes {iree.abi.stub} {
    %0 = util.null : !hal.fence
    %c-1_i32 = arith.constant -1 : i32
    %c0 = arith.constant 0 : index
    %device_0 = hal.devices.get %c0 : !hal.device
    %fence = hal.fence.create device(%device_0 : !hal.device) flags("None") : !hal.fence
    %1 = util.call @cnn$async(%arg0, %0, %fence) : (!hal.buffer_view, !hal.fence, !hal.fence) -> !hal.buffer_view
    %status = hal.fence.await until([%fence]) timeout_millis(%c-1_i32) flags("None") : i32
    util.return %1 : !hal.buffer_view
  }
}
