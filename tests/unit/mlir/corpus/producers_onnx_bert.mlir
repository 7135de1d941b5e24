module {
  util.func public @main_graph(%arg0: tensor<1x?xi64>, %arg1: tensor<1x?xi64>) -> tensor<1x8xf32> {
    %c24_i64 = arith.constant 24 : i64
    %c32_i64 = arith.constant 32 : i64
    %c0_i64 = arith.constant 0 : i64
    %c2_i64 = arith.constant 2 : i64
    %c1_i64 = arith.constant 1 : i64
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c-1 = arith.constant -1 : index
    %c32 = arith.constant 32 : index
    %cst = arith.constant 0.000000e+00 : f32
    %false = arith.constant false
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 1.41421354 : f32
    %cst_2 = arith.constant 1.000000e+00 : f32
    %cst_3 = arith.constant 5.000000e-01 : f32
    %cst_4 = arith.constant dense<"0x0000000000000000000000000000000000000000000000000000000000000000C97F643DF7D3053DBDAD9D3C82D9A63BCBB518BD904E803CCC7A1DBD1C12ABBCDB5DA23CD02FD13B7EF6CFBC9721123DAFDCD73BD925B13C73C02F3CFD5E403D0978D83B5062043DB7051ABCA52657BCD8242EBCABFB903B3E116D3C926193BBA116D4BCC07E28BBF0C295BAD346BABAE70F8EBC3B73F53B9DEB193CDE54733C66D9513B5971EEBB4ABD95BCE252023DD65F253C198DD53B6DFF13BC372FC8B886556F3D305DFEBC21FC30BC0D401A3C1BA8D6BC8F51F1BBCFE5B2BC4F9ED83A88FE0438F075563BADDB893C3E0AAD3C0C4376BCD26B78BADE003ABC65B40E3CD3F6153B2CC19EBC0DF6053CF20588BCFB5FFE3C5FCE9A3CDC958E3C30C48D3C4B6EE33AFEC365BCE9A66F3C742DDFBB84DED13C101197BCCECBDE3CF34BF9BB1E4F1A3D09CE25BDC5F65ABBFE17E1BCA1A066BC3313083C0F43543CC7448A3B393A30BC2BD6D9BB465712BDBE8F50BB602792BCC423B23CE693323C25667FBB0E80FA3CF4C307BD8227D73AF8BEC03C14DAE53A2E4E96BC7993A13C4B610F3C923C763AF2AF33BA16DD0CBA773BF7BBAF7BA13BD3A93B3C47A7363CEFC8EB3B9E9B983CCF7D4CBDE6CB813CABF7B53C771D363BAF73BA3CB36F253C85AFBBBCE60072BB9776F4BC9CFE313C27E32A3C840A593DFCE863BC22322CBDAF35F6BCB64027BB07B576BB4B67043DB287B2BCDD9E99B7F033393C49269BB9C1A26E3BAEBD1FBC96E422BC2CAFF03C85CA443A0F8FAC3AD09995BC2C2CA0BC27B7C0BC44C5DD3C6245073D04CDB9B91202C9BCC980FF3B4992AF3CC2E0913CD9AD14BDEAE02A3D66CC093B0934D03967E55EBC84970EBC85586DBC607D80BC7E6363BDA2D9993C19A68A3C321EB83B42E3D5BCB957353C836F803BCE9AA5BCF76E503CFCE85D3AAA672FBC0418583CC066E03BD0A74BBBEA7CF2BC9BF3FF3C9DAB32BDC4D854BB300B113D092D443D47A4AFBC5462453C802C313BE58E50BC95B0B13AB93F343AC283BA3CA4EF063D3E4FFCBBF9AEC03C87649F3C815CB5393D99823C"> : tensor<24x8xf32>
    %cst_5 = arith.constant dense<"0x12D9A4BCA49B8C3C1FE4153CD88A4EBC409FF03BF3C3013DAAB73CBD043B473BD85E413DE6566FBBAE4D313C9D866BBC3E509E3B35CA3A3CE9A865B90F6D5C3CCE300C3DB684953C77C4BDBB80C082BB4C65DCBC3B269739828317BCD8B1FBB9793C2E3B49BE1DBBF765BCBC0E2B69BC5A9482BC049452BD46C69ABCCB7255BC9D32743CA318FABB9BFE15BDFD163EBCDA710EBCF262823C097592BA2684B9BC77F308BDAABFCB3CB3D8E63CABC20DBD52B4AEBCA9B01DBBDC04CABCFFBC10BD3D26BA3C7B389FBBDC6E9D3BCDDAC43B0253353C5D3C17BB44B5D5BBF94DCA3C2F1E813C344C70BA0E3489BC78FBC9BC10D04ABB14C7DD3B47D619BDF063883C0D2001BCD98FF83AFE1A603C264CA23CC6A5EC3CF626143B9C2B543CDBF03FBC19B5A33C9D5E4D3CC16177BC37D7ECBCBF2687BC26266E3C1E346DBCA0F3863CB9B006BC8E73363C6721423C4B93133C36FCA93C8F7FEA3A066BF23CE6D5A3BB6D1C923CC0B37D3CDEE09EBCBD8A5DBCC0A97E3CCEE34A3CFB0526BCD821D5BB7510C4BCD23623BC771707BC0EB3503C9246A13C40D1B4BCE7AD193DD50CC43CE7CBF7BC2EA3C7B842B5FE3CF4000E3DC3AA06B9B547B73B87EF62BC50F57BBCC983143C8F1EB43CF4F1073C83DA093C7FF719BDD28F0DBD1D6044BCB9D575BCDDF63E3C7CEC383C9BB48EBCAA78B13C2F65CABAB5AA1A390E10EABB00CF363B2FB4A53CDD1CCBBC36F521BD8285C43C9C3BBC3C27BBCABC0A59153DC7441C39D873DDBC1375F93BB3358DBA4FD857BCD99F853B6F6703BC33B926BC5B77D63C144F36BCFFD7103C1B5A92BC98A5DF3C3E2EDCBC826F013B845185BC82DA00BD7AC48C3C36C9A9BCE200C13C353E613C94FCC8BBABC0FCBC7DFC033B9C3DA8BA64038FBCCF86CE3CD9BBB33C8958D63BC2C42EBC2D7F233C726F5DBC6F3854BD0532823C468FBBBC54B2403CDEA6863AE4D84F3BFCD9B73CFD3F903C72CB9CBCCFE8B13A16AB0F3D4F613E3C4560E5BC9DA89A3B7273113C65EEFE392C34CEBC6C9EEE3B0E8A82BC4761CF3B02BDFA3C80AEEE3C03A7963C8FC4EA3BFCC4043CFBF2B13CE25DA93CD07CC6BC0F9F6ABCA16A36BCA20D3F3CF811F4BBFCFA673C18F4403C7FFC87BCC652BEBC9B510EBC7451DABB998085BCB309583D3D8E84BC3C43F73C3EDF9CBC83AC153D790D0D3D36B01A3DE07499BCD4F65BBC90D10A3C6957423D18C907BB507687BBD25A54BBE09115BD7C35C5BB226570BA999278BC7D19FD3CB09AF3BB819377BC4C04DFB9E11343BC6FD3323C50AC713C6FE34BBB54B192BC8098A83C66D5453CF468FD3CCDD5A03CA2054CBB290AAF3B247C31BDD324763BC952C03B97BDA33CA8A112BB5059933CEBBF103CC1F8B5BB53D5F03B39A5AB3B6B4C6C3C77F529BB98D2C93C1D4E2C3C8FEC58BC49BA77BC01C533BC"> : tensor<32x8xf32>
    %cst_6 = arith.constant dense<[[-4.55626432E-4, 0.00107495754, -0.00840455573, -0.00810833182, -0.0206015483, -0.014073249, -0.0350465924, 0.00367322587], [-0.00138466328, 0.0042810021, -7.403050e-03, -0.0122569036, -0.0113284709, -0.0284561962, 0.00554314256, -0.00667224405]]> : tensor<2x8xf32>
    %cst_7 = arith.constant dense<1.000000e+00> : tensor<8xf32>
    %cst_8 = arith.constant dense<0.000000e+00> : tensor<8xf32>
    %cst_9 = arith.constant dense<0.000000e+00> : tensor<12xf32>
    %cst_10 = arith.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]]> : tensor<1x32xi64>
    %cst_11 = arith.constant dense<0> : tensor<i64>
    %cst_12 = arith.constant dense<true> : tensor<i1>
    %cst_13 = arith.constant dense<0.000000e+00> : tensor<f32>
    %cst_14 = arith.constant dense<[[0.027218027, -9.05467256E-4, 2.92737212E-4, -0.00141992839, -0.0196428988, 0.0171284974, -0.0237325225, 0.00528063113], [0.0122700231, 0.0455470346, -0.0315849856, 0.00910384115, 0.00848674495, 0.0198256709, -0.00829040911, 0.00493245944], [2.22149858E-4, -0.027384853, -0.0105284555, 0.0129613392, -0.0122186244, 0.032770481, 0.00109124312, 0.00488369027], [0.0102284616, 0.0104885008, -0.0309043452, 0.00168543216, -0.0427265838, 0.00346437097, 0.0147272758, 0.0205211062], [0.0205203667, -0.030913651, 6.52315852E-4, -0.013470415, 6.336130e-03, -4.477620e-03, -0.00380108925, 0.0154427122], [-0.0206028316, -0.0132136196, 0.0163414646, 0.00848414376, -0.0112563763, 0.0116049564, -0.00735628186, -0.0395789966], [0.0120776771, -0.0558943599, -0.0135498913, 0.0193522684, 0.0100732716, -0.0182698444, -0.0311523452, -0.0288450327], [0.0196628403, 0.00916389097, 0.0357143544, 0.00405691657, 0.01926798, 0.0132410247, 4.3046652E-4, -0.00129900943]]> : tensor<8x8xf32>
    %cst_15 = arith.constant dense<[[-0.0111901881, 0.0195692107, 0.0286008399, -0.0250230115, -0.00351346098, 0.0171832517, 0.0149560152, -0.0274984408], [-0.01027021, 0.0321741886, 0.0281030443, -0.00549844606, 0.0064811483, 0.0373217538, 0.00807714369, -0.0274450909], [-0.0208407883, 0.0170909148, -0.0171160065, 0.00326981931, -0.0230015367, -0.00167507841, 0.00976935215, 0.00169495132], [0.0135557801, 0.014592886, -0.0101326881, 0.0236854982, -0.0217255112, -0.0306712296, 0.00321118883, -0.0128726251], [-0.0221801437, -0.00413598027, -0.0115011092, -0.00183895137, -0.0409688316, 0.0252619311, -0.00793136377, 0.00691214669], [-0.00603711093, 7.75006599E-4, -0.0337290801, -0.0192748643, -0.0157928541, -9.327970e-03, -0.0292811152, -0.023526039], [-0.0156737063, 0.0170495827, 0.0508253798, 0.0120886164, 0.0104630301, -0.0252776351, 0.00271269144, 0.00646642549], [0.0165588614, -0.0072850571, -0.0206491463, 0.00409940211, -0.00570807699, -0.0213605184, -0.00924946554, 0.00477890763]]> : tensor<8x8xf32>
    %cst_16 = arith.constant dense<[[0.0274866018, 3.01984459E-4, 1.190660e-02, -0.0209480617, 0.0288960971, -0.0188765507, -0.0342858769, 0.0183833912], [-0.0399331115, 0.0104831336, -0.0101682693, -0.00247010053, -0.0462669022, -0.0153587991, 0.00799266901, 0.0120631373], [-0.0358394422, -0.00399807189, -0.0273194313, -0.00395087432, 0.0441288464, -0.00806141924, 0.0304636713, -0.0364593267], [-0.00148855743, 0.0143148573, 0.044650469, 0.0380074345, 0.0120048588, 0.0211908408, -0.0454568565, -0.0253838804], [0.0096804006, -0.00757058523, -0.0230184458, -0.00762282545, -0.0240703914, 0.0118997162, -0.00353117986, -0.0131178033], [-0.0151343308, 0.0166796446, 0.0193792209, -0.00166897057, -0.0263591204, -9.70843772E-4, 0.0145029612, -0.0178059954], [0.0289416853, 0.00426778523, -0.0525013469, -0.00880042743, 0.00492628524, 0.0159831643, -0.0626946688, 0.0341246873], [0.0103596244, 0.0329087041, 0.0380501375, 0.0133776702, 0.015924599, -0.0138551397, 0.012421065, 1.60951568E-5]]> : tensor<8x8xf32>
    %cst_17 = arith.constant dense<[[-0.0183389839, -0.0160737708, 8.50908225E-4, 0.0233064331, 0.0444645919, 0.0239756536, 0.00981679931, -0.0263906457], [-0.00380842807, -0.0219176095, -0.0362728797, 0.0208444595, -0.00786207337, -0.016739022, 0.0239154529, -0.0361342877], [-0.00331990863, -0.0300643817, 0.00162534474, 0.00397117063, 0.033093296, -0.00673044613, -0.00291007757, 0.00792157836], [0.0209299084, 0.0248903763, -0.0490991436, -0.0200861339, -0.0183120593, 0.0129661132, -0.0210218076, 0.0098448079], [-0.014742123, -0.00377781293, -0.00380287343, -0.0148785496, -0.0310869478, -9.42422775E-4, -0.00502110459, 0.00721577788], [-0.0162344165, -0.00502782408, -0.0283420421, -0.0215131082, -0.00988213252, -0.00511662057, -0.0219812766, -0.00186441501], [0.0365428962, 3.922230e-03, 0.00952797104, 0.0392125063, -4.09952918E-4, 0.00777921733, -0.0117842918, -0.0198701788], [-0.0225386303, -0.0177354179, 0.00311865075, -0.0212420691, -0.0227704402, 0.00369184511, 0.0161395818, -0.00389943225]]> : tensor<8x8xf32>
    %cst_18 = arith.constant dense<[[-0.00461594434, 0.00353614986, -0.00752460212, 1.411030e-03, -0.0339190513, -0.0179844368, -0.0159359127, -0.0070875627, 0.0236514471, 0.0174004491, -0.0131345829, -0.00632009795], [0.0300710164, 0.00819391478, -0.0022102003, -0.0214058403, -0.0178968832, -0.019191239, 0.0187588371, 4.63835575E-4, -0.0265964195, -0.0195677821, 0.00882795174, -0.00277112308], [9.03453154E-4, 0.0132889533, -0.0425055437, -0.0176471248, -0.0236593857, 0.014384402, 0.0289744306, 0.0138257938, 0.0116264662, 0.0115944026, -0.00294209854, 0.0104550812], [-0.00211584778, 0.00851222221, -0.0143674836, -0.00986781623, -0.00534482952, 0.0557788797, 0.0158061162, -0.0111470185, 0.0105437618, -0.0144047961, -0.0226581134, 0.0139203984], [-0.0403584167, 0.0100912768, 0.00111521478, -0.0121321948, -0.0304669365, -0.0199561901, 0.00413568923, 0.0257776733, 0.034575887, -1.997250e-02, 2.390390e-02, -0.0124841165], [0.00896771438, 0.0162936822, -0.00403456483, -2.804930e-02, 0.0265251417, 0.0160722435, -4.65422141E-4, 5.06616525E-5, -0.00808035117, 0.0292326082, -0.0182756688, 0.0324137919], [0.0139903426, 0.00162948936, 0.0294806901, 0.0365262292, -0.0127608618, 0.0539184473, -0.0347087607, -4.889400e-03, 0.0122934515, 0.0251866523, 0.00488956552, -0.0428901315], [0.00500077335, -0.0280361809, -0.00704276329, 0.0205238126, 0.00512875943, -0.00483225379, 0.00652815681, -0.00167305639, 0.010192778, -0.00102705066, -0.0247041844, -0.0197226219]]> : tensor<8x12xf32>
    %cst_19 = arith.constant dense<[[-4.26729268E-4, 0.0440597795, 0.0218864046, -0.0158952642, -0.0231894199, -0.0113007985, -0.0187896732, 0.0268108957], [-0.0178231597, -0.002639557, -0.0265784431, -0.0294605102, -0.00165433914, 0.0132909156, -0.044269193, -0.0184498727], [-0.00150908332, -8.39930668E-4, 0.0250871256, 0.0378807448, -0.0100142276, -0.00206632842, 0.00360428169, -0.00743196113], [0.0303338375, -0.0241984688, -0.0187885556, 0.00311490824, 0.00232843217, 0.0186581146, -0.0134054022, 0.00452526566], [2.78648658E-4, 0.0170272943, 0.0143725844, 0.0319817811, -0.0153894788, 8.198380e-03, -0.00980005599, -0.0127328504], [0.00894135702, 0.00172685622, -0.0172117595, -0.00310121616, 0.0459374934, 0.0209267829, 0.0190210547, 0.0324505568], [-0.0157061797, -0.0314670801, 0.0114860209, 0.0452268347, -0.00466356613, 0.00760927144, -0.0378480777, 0.00582204852], [0.00190240704, -0.012743108, -0.0361619405, -0.00898555759, 0.00824703183, -0.00730245281, 0.00241689454, 0.00125951704], [-0.0300438739, -0.0364157557, 0.00589484954, -0.00257446617, -0.0491432548, -0.00141017698, 0.017167775, 3.41307546E-4], [8.492710e-03, -0.0240584537, -0.00502597215, -0.0093199173, -0.0114119323, -0.0302960295, 0.0126542943, -0.0175363235], [0.00770403678, -0.00823342986, 0.0147141945, 0.0340198688, 0.028050594, 0.0228216313, -0.00106763304, 0.0236229915], [-0.0253871083, -0.00996141787, -8.36353632E-4, -0.0293161869, 0.0160260405, -0.0122339111, 0.00236110413, -0.012317298]]> : tensor<12x8xf32>
    %cst_20 = arith.constant dense<9.99999971E-10> : tensor<f32>
    %cst_21 = arith.constant dense<9.99999996E-13> : tensor<f32>
    %cst_22 = arith.constant dense<-3.40282347E+38> : tensor<f32>
    %cst_23 = arith.constant dense<5.000000e-01> : tensor<f32>
    %cst_24 = arith.constant 8.000000e+00 : f32
    %cst_25 = arith.constant 9.99999996E-13 : f32
    %cst_26 = arith.constant dense<0> : tensor<1x1x1xi64>
    %c3 = arith.constant 3 : index
    %dim = tensor.dim %arg0, %c1 : tensor<1x?xi64>
    %0 = arith.cmpi slt, %dim, %c0 : index
    %1 = arith.addi %dim, %c32 : index
    %2 = arith.select %0, %1, %dim : index
    %3 = arith.cmpi slt, %2, %c0 : index
    %4 = arith.select %3, %c-1, %2 : index
    %5 = arith.minsi %4, %c32 : index
    %6 = arith.maxsi %5, %c0 : index
    %extracted_slice = tensor.extract_slice %cst_10[0, 0] [1, %6] [1, 1] : tensor<1x32xi64> to tensor<1x?xi64>
    %7 = tensor.empty(%6) : tensor<1x?xi64>
    %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice : tensor<1x?xi64>) outs(%7 : tensor<1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.addi %in, %c32_i64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %9 = tensor.empty(%6) : tensor<1x?xi1>
    %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice : tensor<1x?xi64>) outs(%9 : tensor<1x?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi slt, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x?xi1>
    %11 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%10, %8, %extracted_slice : tensor<1x?xi1>, tensor<1x?xi64>, tensor<1x?xi64>) outs(%7 : tensor<1x?xi64>) {
    ^bb0(%in: i1, %in_63: i64, %in_64: i64, %out: i64):
      %168 = arith.select %in, %in_63, %in_64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %12 = linalg.fill ins(%c0_i64 : i64) outs(%7 : tensor<1x?xi64>) -> tensor<1x?xi64>
    %13 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<1x?xi64>) outs(%12 : tensor<1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.index_cast %in : i64 to index
      %169 = arith.cmpi slt, %168, %c32 : index
      cf.assert %169, "index must be smaller than dim size"
      %170 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %170, "index must be larger or equal to 0"
      linalg.yield %c0_i64 : i64
    } -> tensor<1x?xi64>
    %14 = tensor.empty(%dim) : tensor<1x?xi1>
    %15 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<1x?xi64>) outs(%14 : tensor<1x?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi slt, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x?xi1>
    %16 = tensor.empty(%dim) : tensor<1x?xi64>
    %17 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<1x?xi64>) outs(%16 : tensor<1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.addi %in, %c24_i64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %18 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%15, %17, %arg0 : tensor<1x?xi1>, tensor<1x?xi64>, tensor<1x?xi64>) outs(%16 : tensor<1x?xi64>) {
    ^bb0(%in: i1, %in_63: i64, %in_64: i64, %out: i64):
      %168 = arith.select %in, %in_63, %in_64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %19 = arith.index_cast %dim : index to i64
    %collapsed = tensor.collapse_shape %18 [[0, 1]] : tensor<1x?xi64> into tensor<?xi64>
    %20 = tensor.empty(%dim) : tensor<?x8xf32>
    %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%collapsed : tensor<?xi64>) outs(%20 : tensor<?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %168 = arith.index_cast %in : i64 to index
      %169 = linalg.index 1 : index
      %extracted = tensor.extract %cst_4[%168, %169] : tensor<24x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<?x8xf32>
    %expanded = tensor.expand_shape %21 [[0, 1], [2]] output_shape [1, %dim, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<1x?xi64>) outs(%9 : tensor<1x?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi slt, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x?xi1>
    %23 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<1x?xi64>) outs(%7 : tensor<1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.addi %in, %c2_i64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%22, %23, %13 : tensor<1x?xi1>, tensor<1x?xi64>, tensor<1x?xi64>) outs(%7 : tensor<1x?xi64>) {
    ^bb0(%in: i1, %in_63: i64, %in_64: i64, %out: i64):
      %168 = arith.select %in, %in_63, %in_64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x?xi64>
    %collapsed_27 = tensor.collapse_shape %24 [[0, 1]] : tensor<1x?xi64> into tensor<?xi64>
    %25 = tensor.empty(%6) : tensor<?x8xf32>
    %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%collapsed_27 : tensor<?xi64>) outs(%25 : tensor<?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %168 = arith.index_cast %in : i64 to index
      %169 = linalg.index 1 : index
      %extracted = tensor.extract %cst_6[%168, %169] : tensor<2x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<?x8xf32>
    %expanded_28 = tensor.expand_shape %26 [[0, 1], [2]] output_shape [1, %6, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %27 = tensor.empty(%dim) : tensor<1x?x8xf32>
    %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded, %expanded_28 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %collapsed_29 = tensor.collapse_shape %11 [[0, 1]] : tensor<1x?xi64> into tensor<?xi64>
    %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%collapsed_29 : tensor<?xi64>) outs(%25 : tensor<?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %168 = arith.index_cast %in : i64 to index
      %169 = linalg.index 1 : index
      %extracted = tensor.extract %cst_5[%168, %169] : tensor<32x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<?x8xf32>
    %expanded_30 = tensor.expand_shape %29 [[0, 1], [2]] output_shape [1, %6, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%28, %expanded_30 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %31 = tensor.empty(%dim) : tensor<1x?x1xf32>
    %32 = linalg.fill ins(%cst : f32) outs(%31 : tensor<1x?x1xf32>) -> tensor<1x?x1xf32>
    %33 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%30 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %34 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%33 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %35 = tensor.empty(%dim) : tensor<1x?x8xf32>
    %collapsed_31 = tensor.collapse_shape %34 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_31 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %37 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%30, %36 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.subf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %38 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%37, %37 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %39 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%38 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %40 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%39 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %41 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%40 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %cst_25 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %42 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%41 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = math.rsqrt %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_32 = tensor.collapse_shape %42 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %43 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_32 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%37, %43 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %45 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%44, %cst_7 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %46 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%45, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %dim_33 = tensor.dim %arg1, %c1 : tensor<1x?xi64>
    %47 = tensor.empty(%dim_33) : tensor<1x?xi1>
    %48 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<1x?xi64>) outs(%47 : tensor<1x?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi ne, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x?xi1>
    %49 = tensor.empty(%dim) : tensor<?xi64>
    %50 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%49 : tensor<?xi64>) {
    ^bb0(%out: i64):
      %168 = linalg.index 0 : index
      %169 = arith.index_cast %168 : index to i64
      linalg.yield %169 : i64
    } -> tensor<?xi64>
    %expanded_34 = tensor.expand_shape %50 [[0, 1, 2, 3]] output_shape [1, 1, %dim, 1] : tensor<?xi64> into tensor<1x1x?x1xi64>
    %51 = tensor.empty(%dim) : tensor<1x1x?x1xi1>
    %52 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_34, %cst_11 : tensor<1x1x?x1xi64>, tensor<i64>) outs(%51 : tensor<1x1x?x1xi1>) {
    ^bb0(%in: i64, %in_63: i64, %out: i1):
      %168 = arith.cmpi sge, %in, %in_63 : i64
      linalg.yield %168 : i1
    } -> tensor<1x1x?x1xi1>
    %53 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_12, %52 : tensor<i1>, tensor<1x1x?x1xi1>) outs(%51 : tensor<1x1x?x1xi1>) {
    ^bb0(%in: i1, %in_63: i1, %out: i1):
      %168 = arith.andi %in, %in_63 : i1
      linalg.yield %168 : i1
    } -> tensor<1x1x?x1xi1>
    %54 = arith.cmpi slt, %19, %c0_i64 : i64
    %55 = arith.select %54, %c1, %dim : index
    %56 = tensor.empty(%55) : tensor<1x1x1x?xi64>
    %57 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_26 : tensor<1x1x1xi64>) outs(%56 : tensor<1x1x1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      linalg.yield %in : i64
    } -> tensor<1x1x1x?xi64>
    %expanded_35 = tensor.expand_shape %57 [[0], [1], [2], [3, 4]] output_shape [1, 1, 1, %55, 1] : tensor<1x1x1x?xi64> into tensor<1x1x1x?x1xi64>
    %expanded_36 = tensor.expand_shape %50 [[0, 1, 2, 3, 4]] output_shape [1, 1, 1, %dim, 1] : tensor<?xi64> into tensor<1x1x1x?x1xi64>
    %concat = tensor.concat dim(4) %expanded_35, %expanded_36 : (tensor<1x1x1x?x1xi64>, tensor<1x1x1x?x1xi64>) -> tensor<1x1x1x?x2xi64>
    %58 = arith.index_cast %dim_33 : index to i64
    %dim_37 = tensor.dim %expanded_35, %c3 : tensor<1x1x1x?x1xi64>
    %extracted_slice_38 = tensor.extract_slice %concat[0, 0, 0, 0, 0] [1, 1, 1, %dim_37, 1] [1, 1, 1, 1, 1] : tensor<1x1x1x?x2xi64> to tensor<1x1x1x?x1xi64>
    %59 = tensor.empty(%dim_37) : tensor<1x1x1x?x1xi1>
    %60 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_38 : tensor<1x1x1x?x1xi64>) outs(%59 : tensor<1x1x1x?x1xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi slt, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x1x1x?x1xi1>
    %61 = tensor.empty(%dim_37) : tensor<1x1x1x?x1xi64>
    %62 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_38 : tensor<1x1x1x?x1xi64>) outs(%61 : tensor<1x1x1x?x1xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.addi %in, %c1_i64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x1x1x?x1xi64>
    %63 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%60, %62, %extracted_slice_38 : tensor<1x1x1x?x1xi1>, tensor<1x1x1x?x1xi64>, tensor<1x1x1x?x1xi64>) outs(%61 : tensor<1x1x1x?x1xi64>) {
    ^bb0(%in: i1, %in_63: i64, %in_64: i64, %out: i64):
      %168 = arith.select %in, %in_63, %in_64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x1x1x?x1xi64>
    %extracted_slice_39 = tensor.extract_slice %concat[0, 0, 0, 0, 1] [1, 1, 1, %dim_37, 1] [1, 1, 1, 1, 1] : tensor<1x1x1x?x2xi64> to tensor<1x1x1x?x1xi64>
    %64 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_39 : tensor<1x1x1x?x1xi64>) outs(%59 : tensor<1x1x1x?x1xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.cmpi slt, %in, %c0_i64 : i64
      linalg.yield %168 : i1
    } -> tensor<1x1x1x?x1xi1>
    %65 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_39 : tensor<1x1x1x?x1xi64>) outs(%61 : tensor<1x1x1x?x1xi64>) {
    ^bb0(%in: i64, %out: i64):
      %168 = arith.addi %in, %58 : i64
      linalg.yield %168 : i64
    } -> tensor<1x1x1x?x1xi64>
    %66 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%64, %65, %extracted_slice_39 : tensor<1x1x1x?x1xi1>, tensor<1x1x1x?x1xi64>, tensor<1x1x1x?x1xi64>) outs(%61 : tensor<1x1x1x?x1xi64>) {
    ^bb0(%in: i1, %in_63: i64, %in_64: i64, %out: i64):
      %168 = arith.select %in, %in_63, %in_64 : i64
      linalg.yield %168 : i64
    } -> tensor<1x1x1x?x1xi64>
    %67 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%66, %63 : tensor<1x1x1x?x1xi64>, tensor<1x1x1x?x1xi64>) outs(%61 : tensor<1x1x1x?x1xi64>) {
    ^bb0(%in: i64, %in_63: i64, %out: i64):
      %168 = arith.muli %in_63, %58 : i64
      %169 = arith.addi %in, %168 : i64
      linalg.yield %169 : i64
    } -> tensor<1x1x1x?x1xi64>
    %collapsed_40 = tensor.collapse_shape %67 [[0, 1, 2, 3, 4]] : tensor<1x1x1x?x1xi64> into tensor<?xi64>
    %collapsed_41 = tensor.collapse_shape %48 [[0, 1]] : tensor<1x?xi1> into tensor<?xi1>
    %68 = tensor.empty(%dim_37) : tensor<?xi1>
    %69 = linalg.fill ins(%false : i1) outs(%68 : tensor<?xi1>) -> tensor<?xi1>
    %70 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%collapsed_40 : tensor<?xi64>) outs(%69 : tensor<?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %168 = arith.index_cast %in : i64 to index
      %169 = arith.cmpi slt, %168, %dim_33 : index
      cf.assert %169, "index must be smaller than dim size"
      %170 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %170, "index must be larger or equal to 0"
      %extracted = tensor.extract %collapsed_41[%168] : tensor<?xi1>
      linalg.yield %extracted : i1
    } -> tensor<?xi1>
    %expanded_42 = tensor.expand_shape %70 [[0, 1, 2, 3]] output_shape [1, 1, 1, %dim_37] : tensor<?xi1> into tensor<1x1x1x?xi1>
    %71 = tensor.empty(%dim, %dim_37) : tensor<1x1x?x?xi1>
    %72 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %expanded_42 : tensor<1x1x?x1xi1>, tensor<1x1x1x?xi1>) outs(%71 : tensor<1x1x?x?xi1>) {
    ^bb0(%in: i1, %in_63: i1, %out: i1):
      %168 = arith.andi %in, %in_63 : i1
      linalg.yield %168 : i1
    } -> tensor<1x1x?x?xi1>
    %73 = tensor.empty(%dim, %dim_37) : tensor<1x1x?x?xf32>
    %74 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%72, %cst_13, %cst_22 : tensor<1x1x?x?xi1>, tensor<f32>, tensor<f32>) outs(%73 : tensor<1x1x?x?xf32>) {
    ^bb0(%in: i1, %in_63: f32, %in_64: f32, %out: f32):
      %168 = arith.select %in, %in_63, %in_64 : f32
      linalg.yield %168 : f32
    } -> tensor<1x1x?x?xf32>
    %75 = tensor.empty() : tensor<1x8x8xf32>
    %76 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_14 : tensor<8x8xf32>) outs(%75 : tensor<1x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8xf32>
    %77 = linalg.fill ins(%cst : f32) outs(%27 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %78 = linalg.batch_matmul ins(%46, %76 : tensor<1x?x8xf32>, tensor<1x8x8xf32>) outs(%77 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %79 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%78, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %expanded_43 = tensor.expand_shape %79 [[0], [1], [2, 3]] output_shape [1, %dim, 2, 4] : tensor<1x?x8xf32> into tensor<1x?x2x4xf32>
    %80 = tensor.empty(%dim) : tensor<1x2x?x4xf32>
    %transposed = linalg.transpose ins(%expanded_43 : tensor<1x?x2x4xf32>) outs(%80 : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3] 
    %81 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_15 : tensor<8x8xf32>) outs(%75 : tensor<1x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8xf32>
    %82 = linalg.batch_matmul ins(%46, %81 : tensor<1x?x8xf32>, tensor<1x8x8xf32>) outs(%77 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %83 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%82, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %expanded_44 = tensor.expand_shape %83 [[0], [1], [2, 3]] output_shape [1, %dim, 2, 4] : tensor<1x?x8xf32> into tensor<1x?x2x4xf32>
    %84 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_16 : tensor<8x8xf32>) outs(%75 : tensor<1x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8xf32>
    %85 = linalg.batch_matmul ins(%46, %84 : tensor<1x?x8xf32>, tensor<1x8x8xf32>) outs(%77 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %86 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%85, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %expanded_45 = tensor.expand_shape %86 [[0], [1], [2, 3]] output_shape [1, %dim, 2, 4] : tensor<1x?x8xf32> into tensor<1x?x2x4xf32>
    %transposed_46 = linalg.transpose ins(%expanded_45 : tensor<1x?x2x4xf32>) outs(%80 : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3] 
    %87 = tensor.empty(%dim) : tensor<1x2x4x?xf32>
    %transposed_47 = linalg.transpose ins(%expanded_44 : tensor<1x?x2x4xf32>) outs(%87 : tensor<1x2x4x?xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_48 = tensor.collapse_shape %transposed [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
    %collapsed_49 = tensor.collapse_shape %transposed_47 [[0, 1], [2], [3]] : tensor<1x2x4x?xf32> into tensor<2x4x?xf32>
    %88 = tensor.empty(%dim, %dim) : tensor<2x?x?xf32>
    %89 = linalg.fill ins(%cst : f32) outs(%88 : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
    %90 = linalg.batch_matmul ins(%collapsed_48, %collapsed_49 : tensor<2x?x4xf32>, tensor<2x4x?xf32>) outs(%89 : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
    %expanded_50 = tensor.expand_shape %90 [[0, 1], [2], [3]] output_shape [1, 2, %dim, %dim] : tensor<2x?x?xf32> into tensor<1x2x?x?xf32>
    %91 = tensor.empty(%dim, %dim) : tensor<1x2x?x?xf32>
    %92 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_50, %cst_23 : tensor<1x2x?x?xf32>, tensor<f32>) outs(%91 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x?xf32>
    %93 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%92, %74 : tensor<1x2x?x?xf32>, tensor<1x1x?x?xf32>) outs(%91 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x?xf32>
    %94 = tensor.empty(%dim) : tensor<1x2x?xi64>
    %95 = linalg.fill ins(%c0_i64 : i64) outs(%94 : tensor<1x2x?xi64>) -> tensor<1x2x?xi64>
    %96 = tensor.empty(%dim) : tensor<1x2x?xf32>
    %97 = linalg.fill ins(%cst_0 : f32) outs(%96 : tensor<1x2x?xf32>) -> tensor<1x2x?xf32>
    %98:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%93 : tensor<1x2x?x?xf32>) outs(%97, %95 : tensor<1x2x?xf32>, tensor<1x2x?xi64>) {
    ^bb0(%in: f32, %out: f32, %out_63: i64):
      %168 = linalg.index 3 : index
      %169 = arith.index_cast %168 : index to i64
      %170 = arith.maximumf %in, %out : f32
      %171 = arith.cmpf ogt, %in, %out : f32
      %172 = arith.select %171, %169, %out_63 : i64
      linalg.yield %170, %172 : f32, i64
    } -> (tensor<1x2x?xf32>, tensor<1x2x?xi64>)
    %expanded_51 = tensor.expand_shape %98#0 [[0], [1], [2, 3]] output_shape [1, 2, %dim, 1] : tensor<1x2x?xf32> into tensor<1x2x?x1xf32>
    %99 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%93, %expanded_51 : tensor<1x2x?x?xf32>, tensor<1x2x?x1xf32>) outs(%91 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.subf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x?xf32>
    %100 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%99 : tensor<1x2x?x?xf32>) outs(%91 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = math.exp %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x?xf32>
    %101 = tensor.empty(%dim) : tensor<1x2x?x1xf32>
    %102 = linalg.fill ins(%cst : f32) outs(%101 : tensor<1x2x?x1xf32>) -> tensor<1x2x?x1xf32>
    %103 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%100 : tensor<1x2x?x?xf32>) outs(%102 : tensor<1x2x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x1xf32>
    %104 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%100, %103 : tensor<1x2x?x?xf32>, tensor<1x2x?x1xf32>) outs(%91 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.divf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x2x?x?xf32>
    %collapsed_52 = tensor.collapse_shape %104 [[0, 1], [2], [3]] : tensor<1x2x?x?xf32> into tensor<2x?x?xf32>
    %collapsed_53 = tensor.collapse_shape %transposed_46 [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
    %105 = tensor.empty(%dim) : tensor<2x?x4xf32>
    %106 = linalg.fill ins(%cst : f32) outs(%105 : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
    %107 = linalg.batch_matmul ins(%collapsed_52, %collapsed_53 : tensor<2x?x?xf32>, tensor<2x?x4xf32>) outs(%106 : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
    %expanded_54 = tensor.expand_shape %107 [[0, 1], [2], [3]] output_shape [1, 2, %dim, 4] : tensor<2x?x4xf32> into tensor<1x2x?x4xf32>
    %108 = tensor.empty(%dim) : tensor<1x?x2x4xf32>
    %transposed_55 = linalg.transpose ins(%expanded_54 : tensor<1x2x?x4xf32>) outs(%108 : tensor<1x?x2x4xf32>) permutation = [0, 2, 1, 3] 
    %collapsed_56 = tensor.collapse_shape %transposed_55 [[0], [1], [2, 3]] : tensor<1x?x2x4xf32> into tensor<1x?x8xf32>
    %109 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_17 : tensor<8x8xf32>) outs(%75 : tensor<1x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8xf32>
    %110 = linalg.batch_matmul ins(%collapsed_56, %109 : tensor<1x?x8xf32>, tensor<1x8x8xf32>) outs(%77 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %111 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%110, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %112 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%111, %46 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %113 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%112 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %114 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%113 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_57 = tensor.collapse_shape %114 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %115 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_57 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %116 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%112, %115 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.subf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %117 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%116, %116 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %118 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%117 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %119 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%118 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %120 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%119 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %cst_25 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %121 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%120 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = math.rsqrt %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_58 = tensor.collapse_shape %121 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %122 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_58 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %123 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%116, %122 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %124 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%123, %cst_7 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %125 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%124, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %126 = tensor.empty() : tensor<1x8x12xf32>
    %127 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_18 : tensor<8x12xf32>) outs(%126 : tensor<1x8x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x12xf32>
    %128 = tensor.empty(%dim) : tensor<1x?x12xf32>
    %129 = linalg.fill ins(%cst : f32) outs(%128 : tensor<1x?x12xf32>) -> tensor<1x?x12xf32>
    %130 = linalg.batch_matmul ins(%125, %127 : tensor<1x?x8xf32>, tensor<1x8x12xf32>) outs(%129 : tensor<1x?x12xf32>) -> tensor<1x?x12xf32>
    %131 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130, %cst_9 : tensor<1x?x12xf32>, tensor<12xf32>) outs(%128 : tensor<1x?x12xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x12xf32>
    %132 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%131 : tensor<1x?x12xf32>) outs(%128 : tensor<1x?x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_1 : f32
      %169 = math.erf %168 : f32
      %170 = arith.addf %169, %cst_2 : f32
      %171 = arith.mulf %170, %cst_3 : f32
      %172 = arith.mulf %in, %171 : f32
      linalg.yield %172 : f32
    } -> tensor<1x?x12xf32>
    %133 = tensor.empty() : tensor<1x12x8xf32>
    %134 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cst_19 : tensor<12x8xf32>) outs(%133 : tensor<1x12x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x12x8xf32>
    %135 = linalg.batch_matmul ins(%132, %134 : tensor<1x?x12xf32>, tensor<1x12x8xf32>) outs(%77 : tensor<1x?x8xf32>) -> tensor<1x?x8xf32>
    %136 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%135, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %137 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136, %125 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %138 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%137 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %139 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%138 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_59 = tensor.collapse_shape %139 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %140 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_59 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %141 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%137, %140 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.subf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %142 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%141, %141 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %143 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%142 : tensor<1x?x8xf32>) outs(%32 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %144 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%143 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.divf %in, %cst_24 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %145 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%144 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %cst_25 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %146 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%145 : tensor<1x?x1xf32>) outs(%31 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = math.rsqrt %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_60 = tensor.collapse_shape %146 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %147 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_60 : tensor<1x?xf32>) outs(%35 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %148 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%141, %147 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %149 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%148, %cst_7 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %150 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%149, %cst_8 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.addf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %expanded_61 = tensor.expand_shape %arg1 [[0], [1, 2]] output_shape [1, %dim_33, 1] : tensor<1x?xi64> into tensor<1x?x1xi64>
    %151 = tensor.empty(%dim_33) : tensor<1x?x1xf32>
    %152 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_61 : tensor<1x?x1xi64>) outs(%151 : tensor<1x?x1xf32>) {
    ^bb0(%in: i64, %out: f32):
      %168 = arith.sitofp %in : i64 to f32
      linalg.yield %168 : f32
    } -> tensor<1x?x1xf32>
    %153 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%150, %152 : tensor<1x?x8xf32>, tensor<1x?x1xf32>) outs(%27 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x?x8xf32>
    %154 = tensor.empty() : tensor<1x8xf32>
    %155 = linalg.fill ins(%cst : f32) outs(%154 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %156 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%153 : tensor<1x?x8xf32>) outs(%155 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x8xf32>
    %157 = tensor.empty() : tensor<1x1xf32>
    %158 = linalg.fill ins(%cst : f32) outs(%157 : tensor<1x1xf32>) -> tensor<1x1xf32>
    %159 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%152 : tensor<1x?x1xf32>) outs(%158 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x1xf32>
    %160 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%159, %cst_20 : tensor<1x1xf32>, tensor<f32>) outs(%157 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.cmpf ult, %in, %in_63 : f32
      %169 = arith.select %168, %in_63, %in : f32
      linalg.yield %169 : f32
    } -> tensor<1x1xf32>
    %161 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%156, %160 : tensor<1x8xf32>, tensor<1x1xf32>) outs(%154 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.divf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x8xf32>
    %162 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%161, %161 : tensor<1x8xf32>, tensor<1x8xf32>) outs(%154 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.mulf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x8xf32>
    %163 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]} ins(%162 : tensor<1x8xf32>) outs(%158 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = arith.addf %in, %out : f32
      linalg.yield %168 : f32
    } -> tensor<1x1xf32>
    %164 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%163 : tensor<1x1xf32>) outs(%157 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %168 = math.sqrt %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x1xf32>
    %165 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%164, %cst_21 : tensor<1x1xf32>, tensor<f32>) outs(%157 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.cmpf ult, %in, %in_63 : f32
      %169 = arith.select %168, %in_63, %in : f32
      linalg.yield %169 : f32
    } -> tensor<1x1xf32>
    %collapsed_62 = tensor.collapse_shape %165 [[0, 1]] : tensor<1x1xf32> into tensor<1xf32>
    %166 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%collapsed_62 : tensor<1xf32>) outs(%154 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8xf32>
    %167 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%161, %166 : tensor<1x8xf32>, tensor<1x8xf32>) outs(%154 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_63: f32, %out: f32):
      %168 = arith.divf %in, %in_63 : f32
      linalg.yield %168 : f32
    } -> tensor<1x8xf32>
    util.return %167 : tensor<1x8xf32>
  }
}
