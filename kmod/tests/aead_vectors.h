/* SPDX-License-Identifier: GPL-2.0 */
/* Written by tests/kunit/aead-vectors. */
static const struct aead_vector vectors[] = {
	{
		.name = "draft-mcgrew-gcm-test, 128 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0x4321, .seq = 0x8765432100000000, .esn = 1,
		.key = "4c80cdefbb5d10da906ac73c3613a6342e443b68",
		.auth_key = "",
		.iv = "4956ed7e3b244cfe",
		.plain = "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
			"00000000045f736970045f756470037369700963796265726369747902646b00"
			"0021000101020201",
		.sealed = "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
			"cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
			"61bc17d768fd9732",
		.icv = "459018148f6cbe722fd04796562dfdb4",
	},
	{
		.name = "draft-mcgrew-gcm-test, 192 bits",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xa5f8, .seq = 0xa, .esn = 0,
		.key = "feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe",
		.auth_key = "",
		.iv = "facedbaddecaf888",
		.plain = "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e"
			"501016d075680001",
		.sealed = "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
			"315b27452144cc77",
		.icv = "95457b9652037f5318027b5b4cd7a636",
	},
	{
		.name = "draft-mcgrew-gcm-test, 256 bits",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0x4a2cbfe3, .seq = 0x2, .esn = 0,
		.key = "abbccddef00112233445566778899aababbccddef00112233445566778899aab"
			"11223344",
		.auth_key = "",
		.iv = "0102030405060708",
		.plain = "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
			"7002400020bf0000020405b40101040201020201",
		.sealed = "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
			"748a637985771d347f0545659f14e99def842d8e",
		.icv = "b335f4eecfdbf831824b4c4915956c96",
	},
	{
		.name = "draft-mcgrew-gcm-test, GMAC",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0x4321, .seq = 0x7, .esn = 0,
		.key = "4c80cdefbb5d10da906ac73c3613a63422433c64",
		.auth_key = "",
		.iv = "0000000000000000",
		.plain = "45000030da3a00008001df3bc0a80005c0a800010800c6cd0200070061626364"
			"65666768696a6b6c6d6e6f707172737401020201",
		.sealed = "45000030da3a00008001df3bc0a80005c0a800010800c6cd0200070061626364"
			"65666768696a6b6c6d6e6f707172737401020201",
		.icv = "f2a9a836e155106aa8dcd618e4099aaa",
	},
	{
		.name = "RFC 7634 appendix A",
		.enc = VPNTUN_ENC_CHACHA20_POLY1305, .auth = VPNTUN_AUTH_NONE,
		.spi = 0x1020304, .seq = 0x5, .esn = 0,
		.key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
			"a0a1a2a3",
		.auth_key = "",
		.iv = "1011121314151617",
		.plain = "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
			"0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
			"2425262728292a2b2c2d2e2f303132333435363701020204",
		.sealed = "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
			"14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
			"cbec163fac469b502773f6fb94e664da9165b82829f641e0",
		.icv = "76aaa8266b7fb0f7b11b369907e1ad43",
	},
	{
		.name = "RFC 3602 case 4",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0x1000, .seq = 0x1, .esn = 0,
		.key = "56e47a38c5598974bc46903dba290349",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "8ce82eefbea0da3c44699ed7db51b7d9",
		.plain = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
			"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
		.sealed = "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
			"35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55",
		.icv = "9b9211bf9bdddc57cc6714c2",
	},
	{
		.name = "RFC 2202, MD5_96",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xdddddddd, .seq = 0xdddddddd, .esn = 0,
		.key = "",
		.auth_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.iv = "",
		.plain = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.sealed = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.icv = "56be34521d144c88dbb8c733",
	},
	{
		.name = "RFC 2202, SHA1_96",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xdddddddd, .seq = 0xdddddddd, .esn = 0,
		.key = "",
		.auth_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.iv = "",
		.plain = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.sealed = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.icv = "125d7342b9ac11cd91a39af4",
	},
	{
		.name = "RFC 4868, SHA2_256_128",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xdddddddd, .seq = 0xdddddddd, .esn = 0,
		.key = "",
		.auth_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.iv = "",
		.plain = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.sealed = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.icv = "cdcb1220d1ecccea91e53aba3092f962",
	},
	{
		.name = "RFC 4868, SHA2_384_192",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xdddddddd, .seq = 0xdddddddd, .esn = 0,
		.key = "",
		.auth_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.iv = "",
		.plain = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.sealed = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.icv = "809f439be00274321d4a538652164b53554a508184a0c316",
	},
	{
		.name = "RFC 4868, SHA2_512_256",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xdddddddd, .seq = 0xdddddddd, .esn = 0,
		.key = "",
		.auth_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.iv = "",
		.plain = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.sealed = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dddddddddddddddddddd",
		.icv = "2ee7acd783624ca9398710f3ee05ae41b9f9b0510c87e49e586cc9bf961733d8",
	},
	{
		.name = "AES_GCM16 with 128 bits",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718e",
		.sealed = "60326f44d26c4a3f33b399f009bf100880ebd465eb4b41315924e49cf7be67e9"
			"a1b12722e8d1cf83f629583ca45e9cf56ee729c16450ae4fc2b1f235f4d8b8de"
			"ba41a78553374d7ac96b8f09aa3b3c138b87043880f15837a86912fc1900a939"
			"5fad73a8",
		.icv = "e0f568b92ca2c7982cd3414e8863e1b8",
	},
	{
		.name = "AES_GCM16 with 192 bits",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6",
		.sealed = "f5c806ecc599b4dc411ac86e22f77e94272e8b079a5da81a9b71c84d9938af8d"
			"a3e3628b2d7ab04e85c61d0053ab06ff3c7373316332e4f0e46275c7f4b78902"
			"c2d7f307625f618fb272ce643afe9cc7a212d9d7bcf73f833b3595b30158fde4"
			"ada5b71b",
		.icv = "066e538af1dc6457e6203fd9ca5a1352",
	},
	{
		.name = "AES_GCM16 with 256 bits",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1de",
		.sealed = "f0c551ca0e068f04618abe82f7a46bdd9f2f76d6ba0f44625bfc492dfcaba501"
			"cf7679464e2e07c21dcdf57e9d7446a7c51bdaae677162f126e4702d01ee098a"
			"fca57f233e06ce7d8da21cf9904876fd0bf755fb3f0d860bd6b3c1e0e5a6be6e"
			"f9cb7142",
		.icv = "287a0fd8ce132b36596dc94bf7b4e048",
	},
	{
		.name = "AES_GCM12 with 128 bits",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e502",
		.sealed = "6cd2b71bb791c419ac4bcac55f322f29758a9009f65ac6c83a6d90275587307a"
			"1a6dadbe77e959c5c337e182d61b318adc0e873efbcc5f23770b9fd247c011ab"
			"00460d0b316b5727dc952a038564c4ae76c01e323ad7d78f594522ce10d739ec"
			"479ed12c79d638ba",
		.icv = "3d1c9a00d29ef210ead00816",
	},
	{
		.name = "AES_GCM12 with 192 bits",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693b0cdea0724415e7b",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a",
		.sealed = "9ad99c0e968e5a1f4cdcb075a14391e27fc6454104595ead3d5042926e3f6079"
			"f170b0c0abc8e928bde07333e238131fdb58659b6d63cca16ca0b12b9816e52d"
			"3ef09658c480115340075926db4ba5f7c850c0100e28a1ee10b1608f6d80c1f3"
			"b9d1710682ecae04",
		.icv = "80d62214adb1c7cc16b779fc",
	},
	{
		.name = "AES_GCM12 with 256 bits",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef"
			"0c294663",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb183552",
		.sealed = "6b524b7700ab894b95d7df3d5875bf493adfad2da4f21d5d28ad3167b5ac4e78"
			"8d6d614a6f91c6ad2317206b34a2a45a38361826aabc274509a88b90bc6145b7"
			"be4770e2a67bbfefa3ab92afec5be70ffb923e5712fbdf5eb8696802aa068ec1"
			"4047e15db3ac05c7",
		.icv = "c831472345cfc9e7cbb31010",
	},
	{
		.name = "AES_GCM8 with 128 bits",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf8",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c5976",
		.sealed = "f6c7bab070780aef877143a2abd60e6dc7d5cc00b34644ff76c8d97c0af42c4f"
			"e5754d7aa0baa206a8760498493385df792372df8323954050f96018443d921c"
			"feffe4609f9dff3c5edd9bb623a27b3f245e5754c7069c43b0d82bf2b82ef133"
			"b988331e2c1d164b522bcb8a",
		.icv = "723b03ed8e56da53",
	},
	{
		.name = "AES_GCM8 with 192 bits",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819e",
		.sealed = "964180db458a931268f799fe91aa8177613a911eaff7e66dc30b27a415ef3832"
			"c875d503059ba8fa6ed121b797a680ad4609c382d5edba2b0e9561a792e28c76"
			"4abe322b5af1ab7a44b255d286bc0f959e6ab4d5b319268c9b458276c06f8e3f"
			"1b015ef42ab08d8dbf13e23d",
		.icv = "4fd9b7c7d7e5078a",
	},
	{
		.name = "AES_GCM8 with 256 bits",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754"
			"718eabc8",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6",
		.sealed = "c1eda0b1c352f239d84c24dcaf86c93e4e6132cc7a8d4b92efe8f27e4298b79a"
			"7768f7628af48bde778903ddd68a2642ad6ddc1a4999773816a4a853af1d7ad7"
			"1e5edefe194c996a08023a489e3af7d3487e840a07c8cf03d2a9508e92ef8b05"
			"3984004931d153ed1b742b33",
		.icv = "59710ca337e0cfdd",
	},
	{
		.name = "CHACHA20_POLY1305 with 256 bits",
		.enc = VPNTUN_ENC_CHACHA20_POLY1305, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a",
		.sealed = "2842aaf3e2d72e33e81df44ce3a4c59eb6a0c3f676020b63ac49fd998be3ac17"
			"0250d791a24c3ff333bbd6c47b1aeaafa3eb6bcedcf15725164043c6808e18ce"
			"f93f28cdc769f894a9e35b571533da2d77856d15832f71ac614059724cf74610"
			"8c35622fc197ef226c4911305a18aebd",
		.icv = "35c0c738e2d9852b985378fe0ed20f63",
	},
	{
		.name = "AES_GMAC with 128 bits",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e",
		.sealed = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e",
		.icv = "703cc8e8b6d2f3bf00acd5b69a12b26b",
	},
	{
		.name = "AES_GMAC with 192 bits",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daa",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986",
		.sealed = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986",
		.icv = "cc555d2a9b89e3831ee49e2409c885b6",
	},
	{
		.name = "AES_GMAC with 256 bits",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592",
		.auth_key = "",
		.iv = "00000000fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491ae",
		.sealed = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491ae",
		.icv = "3fa27a9480d07e1a6d6dcc8b40294c96",
	},
	{
		.name = "AES_CBC with 128 bits and MD5_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "3653708daac7e4011e3b587592afcce9",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a",
		.sealed = "ed8889c0c9072c387a563662ae1bcb92faa1fd1d27cbdf06e119f1303642c31e"
			"21d03fc841f02ee67f7972b5f4932f47ed87b30ddffeeb7df7b9c6e153ce91c9",
		.icv = "e9ad247134f850ba4dcbea44",
	},
	{
		.name = "AES_CBC with 192 bits and MD5_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "c669ed5fdde1717486bcac367b78a4243498e96eca8d6816ae9e3e4a7b90561f"
			"398dfb607d407e7369af2b33e0f008b768a6012ca7087cfbe223ece1af702dd6",
		.icv = "8e055c319cf7dc35a45c9bb3",
	},
	{
		.name = "AES_CBC with 256 bits and MD5_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.sealed = "273565da397a4158c7149a006df2c6b410b8c506eb1ccb9fe9bd0918c9d2ce91"
			"1c1a4adba2ffd792761d7e19a06a88f5d805ff0ac2403063359622bad8f08322",
		.icv = "2ede40259f1a285735f71c28",
	},
	{
		.name = "DES3_CBC with 192 bits and MD5_96",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecb",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502",
		.sealed = "3371bef276bdc9cd975cd127b3ef127dc3111afb2ba551934c61cd34be8b53a4",
		.icv = "8cc34624574b88bb8cfcf0eb",
	},
	{
		.name = "NULL with 0 bits and MD5_96",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dba",
		.sealed = "0724415e7b98b5d2ef0c294663809dba",
		.icv = "ea543893afcebf89a6e4beb7",
	},
	{
		.name = "AES_CBC with 128 bits and SHA1_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a",
		.sealed = "c34e8bebb78213c8c7caf63b2d4be2f013acf7e9320d11c7b61a56005c720a66"
			"6fa971ee15c69c4fdda4e68c55d465b0652f81e9885710e71e539cd492608d6a"
			"6246db87f44eeee6c8a64551f1af0e6d",
		.icv = "2202e10dd77b45abc7cadd02",
	},
	{
		.name = "AES_CBC with 192 bits and SHA1_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc1936",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b385572",
		.sealed = "42182dccacd92ed6db08e1a46bf0dc73440c1ab0329e71d3fefe6e5b13e6a718"
			"8585aa08eb6ea2c44ecf556c8f724937cb2fe2bb7bf3c35f00a9ceb81bbef877"
			"e5be893f4f46fb9ceb451c91ae340680",
		.icv = "712017eabbdbc1dbd373a919",
	},
	{
		.name = "AES_CBC with 256 bits and SHA1_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9a",
		.sealed = "77a2b38b41bc314d2df3021e4b9c64159f1ddb74ae5275f8d36320072509c3ab"
			"8156f7f5eaf5c99a2358fefefa006ecce593b3eedbe99d98d6cc0c2cf5f88c0a"
			"92440501fabc553882bc11ca6ce694aa",
		.icv = "115d6342aae0445e2ba2474d",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA1_96",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc1936",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f61330",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea",
		.sealed = "560c3a97be722188e4741108551b2013ef7863ef37a226e42deab5478e1658c2"
			"41f69811c3c919ee",
		.icv = "1da25df6774700f9e305b003",
	},
	{
		.name = "NULL with 0 bits and SHA1_96",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.icv = "c1f6d3f8acd522037f4f6a66",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_256_128",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "001d3a577491aecbe805223f5c7996b3",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a",
		.sealed = "450e8f61df182440af72991aab6a4749136112f0411cfe24c2a95dec2816c4b3"
			"f0527a331599641f740fe8c12873e6cacb5cd06b47e6b045ff36b3e7cea7e330"
			"13571044ca469d55b1d8269a19cc522dc1a0ddb5b4bfe27ece7504830b5e8d7a",
		.icv = "ab20a520d31a8d564ac3542624931e2d",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_256_128",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9b",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542",
		.sealed = "3f4da7f4636bdd2fde73a49c2f77ee0e7ba861bd40307c817011a153718e598a"
			"db8497ebc9e7283b170351438da093d30a7c3d360fdd149d1ba8dc176add6763"
			"4b632f74b2a97b1e415081f54afe14c57272b148d644063bc9f064a468b633d9",
		.icv = "274c7e471c9cba6c1ba84210e5edada5",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_256_128",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a",
		.sealed = "924559013b136e8e305be6e1cd125f9f3fb22fef3b657e1d33271a97604cbba5"
			"1196ac9e91380139c2736e3e611860e934a1c8ecfa8a02af54142f2dde826984"
			"ec6ac7a011d0b7ac530cd173f75e928b7d9ad0479636cd66796957800e04021e",
		.icv = "01c216aae3159de92b885c41297a91b7",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_256_128",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9b",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2",
		.sealed = "c1b52af00cdd28c7116a4d6b5dd45a4320a191524ca0512390ae262cbdb561d5"
			"2bacce1f836ee95d8b8a1f5d3a293587",
		.icv = "7a75ddc6b22401689ddafeacea273fd9",
	},
	{
		.name = "NULL with 0 bits and SHA2_256_128",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.icv = "16995c4c7a889be099429f8f58a774ec",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_384_192",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "65829fbcd9f613304d6a87a4c1defb18",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea",
		.sealed = "8b009138f0d2853645e35501ca3ea266c775b1f3b6058b7d6bf412cff988d1d1"
			"214bb7f6c4b5985b8a8cca88c99e6bfb9efea7da07054aa27e37a641fb368e7b"
			"6f7e13e2aed7d25d3e1ad68ab06c7b5898e91fe7982852935a029971626dfcd3"
			"e2edb522bc12c4d70e8c54bfd370455c",
		.icv = "16e39d122e3fc93e3be9087e4e5cf2c32b4925c062a630f9",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_384_192",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e300",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f512",
		.sealed = "adb784e00b019a748924928b0ad20a6951870009087ec0ad2df894dbfda90a6f"
			"a69a86171d36372c05e9a48cb3768e2c9e3bfb1e9ad09cb38a7eaa13b2034749"
			"6a011902f902ce45494ff8a86aaa15d40e7571bf22719203da464d79236166fb"
			"3e70d5b5b46dcd28a53843531999a050",
		.icv = "a50491cc4b5180b4efcc9f1bf10d6128b6ca2b9b5bd1734c",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_384_192",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e3001d3a577491aecbe8",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a",
		.sealed = "a42d40d48b66a76123ae9b45b4d9fe1cd08feb0b4e7ca85377ea409d17e7b3a6"
			"98ef33c7971977dff38d9f67db0eb253785fe39508b68260d79b0c182948faeb"
			"950d5820703495dd58dc661960db5b99dcbfff65538c67f79e912dbea26eed1a"
			"07b79186bcccec8ee48552c36ded06d5",
		.icv = "abc45afdcd621e1b6fd983b8eefd1aa001e4e1f87547ba2a",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_384_192",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e300",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba",
		.sealed = "f54b2d35071bb27323d68e47c819176f1c6f8fa982a2ad0f6a9a3d7d66f7f027"
			"78129e6f8132efb4d08c9d5053603dc128c62cfafb107046",
		.icv = "5e83fdbb9d1017aad7a4daff723f736337bb9aa57fca3939",
	},
	{
		.name = "NULL with 0 bits and SHA2_384_192",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.icv = "6bfde05f347f34a56131df31a2d88ef43343225ba59df7e6",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_512_256",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "cae704213e5b7895b2cfec092643607d",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba",
		.sealed = "49314f79cc3f3db46e9c92556cffa32833684ed9cc0c845bf4ef1f70d11e32f4"
			"8e7d078c03ed02cabeb1590927a4e453fb6df3aef53d80a5693645d35f150447"
			"f987e949402ec1962c4567143e1ab56e8f14d9e527a72123917928aa3af69f19"
			"abcd8b4b31a4795312aab7bd78455bf771e971c6cb3f84c93de45e34ed10d260",
		.icv = "d12e935ef9ab6d02b6299797d02601f2a2dc44748f01c6db667fd58e188a5bb5",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_512_256",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2",
		.sealed = "a9f99570a1b3a52c5620939b9ce81d3b71ddcb1c2610e8e2a87094fe49fd6cdf"
			"2335c65e75585886d4230d116f74ad5bf5a67bb455f918e3d324b650af5111c6"
			"8203c70ed313177de59850ef5f1d4772af91bd0f089e30eda975a33320b7da5c"
			"21d883858b4fc52f46b11973280b14274bf98f85fa6362994991bbd3083ce1bf",
		.icv = "1551ef93c7b6556d8a651b6a77c5d0ac5db0704263b2d044d4ce83be20b21e17",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_512_256",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491aecbe805223f5c7996b3d0ed0a",
		.sealed = "f0689db65c76fc3a16c93b7becc6aeeb1e8ec46681fe668650550582b6cc3029"
			"5bafd90bfb018034ffffc4f7d57171f8fe40e464056be0075b0483da1fb735a2"
			"0050bd007d9b60ef2c31fa1ba8c54854b235fe5b3494bfba0f2d74a7f708f999"
			"c1eb5b6a4f2211832eb4df25ba404019df814b9003cc4effb467844970b392b9",
		.icv = "49f9ab9eb32f1f4e2e3cb41429adb7721abcdf1e5abcc6485a4a4896e49fae04",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_512_256",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "da383531b0ea9e1bad159eb7124191308a897ed1fee00d4c9587d92eb1ffe64d"
			"768206dab8b986833a38fa5aec43fdf60b08393c4c48dd862d3f500e764700dc",
		.icv = "6a88473b2263d9d2a9b9b14145cc0a9330a4077143dffcb8fa1c35ed33276b44",
	},
	{
		.name = "NULL with 0 bits and SHA2_512_256",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a",
		.icv = "6207e1bbefb22a1f59dd944ee1d1c8f40f63353b0090548d0ba232550971cbfd",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_256_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba"
			"d7f4112e4b6885a2bfdcf91633506d8a",
		.sealed = "d9a9a8be62bf7e6c6a84413ad548c8793f5335518e651940fcf7b963b2ffb62b"
			"6d9551935ddccce6fc3661121e06273a8a025b3acf75f7ef8889cfa5d242ca96"
			"dae6ac1f8a2ee7ee25a461e05caf295a52d71fb38e58d389f9b3b79bcbf4ae4f"
			"07027505972f874bf58e46065daecb181ba6c33a9f7ed86f9729f771eb56ebfb"
			"97998d504c9c1afa63a9b913488dc417",
		.icv = "2a919939e36d7852a53225a0",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_256_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2"
			"ff1c39567390adcae704213e5b7895b2",
		.sealed = "e8b6e27d5c5c1bc1c89f59b1e342c52531fe4621e0c01322839f166690044e08"
			"c40dcfcbde3120bc6f84084a813ce28efaaba6cdf5646afa687c645ace01b5c4"
			"b43016701a2ce6c9c35c09dbf03a2eac10790060b13cad29fc533dac0f301723"
			"57a600fa9524ac0a447176982910390f43a331f26f1f62a911a8730e62d00703"
			"90d1421e13b64ea5f2968b2414c36a03",
		.icv = "cc744b4a85697399e02966ce",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_256_96",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adcae704213e5b7895b2",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491aecbe805223f5c7996b3d0ed0a"
			"2744617e9bb8d5f20f2c496683a0bdda",
		.sealed = "6b1db057c6626a8fb6ce66eec182bfd3716cc684ac4a368e8f366bb0152c04a9"
			"2b7e87166a7009c7654468a952a6277fa3c17058b75b11c083e001ff389989d2"
			"667a72446e34c84714d7ea36e6b1598ebe615494676b59bac2c422d21a7a98c8"
			"f1e0caf1c7dec58b4e2e68dc3397dbb9671cada45e7397c04f0dd9ebfaba1286"
			"1f2e58c514adb77665db069dfde69c55",
		.icv = "051738e2d36f9ba4706840a9",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_256_96",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8a",
		.sealed = "7141079dbb66cd81af04844bfece85dd0732c84c40489355fce8cf712f42419b"
			"35d5228a08528585175538db2e477378a8a72586409bc463400614ab0a056e6a"
			"205f61427ab1c04d",
		.icv = "8dc8cc94c21258a1ceb443bb",
	},
	{
		.name = "NULL with 0 bits and SHA2_256_96",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0xfffffff5, .esn = 0,
		.key = "",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.icv = "67ad0e7ae4b2539a00a547ff",
	},
	{
		.name = "AES_GCM16 with 128 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718e",
		.sealed = "c2473bf31016b481f95806c61bc24255445f63e76173ce4eb527b65b8ee12f9b"
			"c46ef13ab48266ea7fcbd7083ca92d7128882423374986439ad3bc64ad54d8e5"
			"0c7aab61145a54337fb31a10260ae60c51d29633bd9d643264c6de5760bbff77"
			"69406a3f",
		.icv = "6d98f09dd0ddb95c11250125fa77b307",
	},
	{
		.name = "AES_GCM16 with 192 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6",
		.sealed = "aac5ca554594b540f096231160467847121adadb365ef70b5de176d62aba63e2"
			"877ba8561c7413ac1b946113e1c488e71fbdc5d1dea335ca5be1c96a9c2ba65f"
			"3ce38a45d6b518f0535621405875d89282cc184fdc21cab929fb0efaa66bdcc9"
			"0dee3f65",
		.icv = "0512df847f086bef6330fd5b631c7e35",
	},
	{
		.name = "AES_GCM16 with 256 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM16, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1de",
		.sealed = "45d8fb8f380775d3ac3e7dfe2480804dc0db776ce4dec90f8bc88963096897e9"
			"ced4ea2f052fd75bebf31248b88c6ecf3c784f7c9f326b6e00f9eeaf8a8df1c8"
			"b04e4978c9d9eed6859fcb5f2014f5ce88111a850eac7a24423462e4e1adbf75"
			"7b5f10c9",
		.icv = "3eb1a853e2a160db57fba86e6eb6bcae",
	},
	{
		.name = "AES_GCM12 with 128 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e502",
		.sealed = "98dd7eedaed2b12ea4907c8bccd52e5d9afd614f91829711b2e5a7994deb026e"
			"3d5f4dc58b9e0770066eec0a0aa3bbebb9fcb48c8de652fda097ec30ae0056d4"
			"1d494999b9c943e7e70aea1298e96a13fc16fdd4f688bc6cace72f8552adb11a"
			"9cb6ff0cff237dfa",
		.icv = "805773030299fadd584a624d",
	},
	{
		.name = "AES_GCM12 with 192 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693b0cdea0724415e7b",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a",
		.sealed = "121c3cf9af5f92bbffe5f5622297aa360c14a8e6a676dcb065470881e421f8f8"
			"16868cb7d0bf1254baa45fe2f32f260e04c2f785b852223d4cfb50b773fb3c8f"
			"9b0dd408dc07719730632286b3505d78b2f08f7a68fd7fc8673562b34c02e9f1"
			"af868d9576e34488",
		.icv = "0333442d8865b2d8e67c1e48",
	},
	{
		.name = "AES_GCM12 with 256 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM12, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef"
			"0c294663",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb183552",
		.sealed = "8ed5c911cfd2789120e7e947e44e2fd3bc90e726296e3a4e32c8f33eb2abb3da"
			"e72783276d185e09dc5b2d542d6660eee28e885bf3d0f757fd80ef136bbc010b"
			"d771dd1b81b8a2f7f9cec82df675a6cc804a2e84b65e3c4711dab4e51c108004"
			"fc394d51bfb93700",
		.icv = "4f32bb6f2dc0db30ac9ebd84",
	},
	{
		.name = "AES_GCM8 with 128 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf8",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c5976",
		.sealed = "4a873fb8adcec559d14d43492984b04ed592669e85736d08f181b779a8856587"
			"2b932dea85febb414f4fa5b72e9f71959089decd6963e5aa82012cfce1e5dfa0"
			"c79efcc3ca46a9b3437244e2226274f2e314a82653a524676443f2dd9dd2f4a3"
			"ca01bbbbaecc9f75f6ebef1e",
		.icv = "d9bb56a0eaa52cca",
	},
	{
		.name = "AES_GCM8 with 192 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819e",
		.sealed = "93c31e8151b1e64876f58cf04c55f2c5b32037dfee250c3f6ca3245b5410cbfa"
			"ed3274aba26b35f6cbf962c55f6590ace1d1cbbdc8ed9f81e69d63ed8b09f4f1"
			"06ead30f3d070a49bc64698fd2db7449eb6ba0a3664d0cf6df43883f7084bd68"
			"1eb6f07da51d1b91266b67ad",
		.icv = "5b2a00281e63af1f",
	},
	{
		.name = "AES_GCM8 with 256 bits, ESN",
		.enc = VPNTUN_ENC_AES_GCM8, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754"
			"718eabc8",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6",
		.sealed = "654d0aed5d312bce45d7d11f18ea1cdeb6a4c47db75e61cd616999e2f4994b17"
			"d017c9f6aab0472e517986be2e4c320bdc437d1978185433f54e819e226e3bc4"
			"20d333502a88bf872928b7d5f6141743ae53504f7193efbd04ae769fb9c991b9"
			"243e3057f457a1e963169fbb",
		.icv = "16f08120f8ba457e",
	},
	{
		.name = "CHACHA20_POLY1305 with 256 bits, ESN",
		.enc = VPNTUN_ENC_CHACHA20_POLY1305, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a",
		.sealed = "8be596d5a0145840b876068388c9098ca78b60b9eebb6f5e0f94d48d2108e2b9"
			"1b413690412e63487923f16abbe956bf1b170c42bf7808a2ee48a166ce2bc941"
			"bf428414162bb2e1f2d4a46e1a817100176dba2ec02ce63c37170feb7e7da0f5"
			"86d00e01d3a3e41ec428e34277fb3351",
		.icv = "315894aebadd9dd12c869391dab5af7a",
	},
	{
		.name = "AES_GMAC with 128 bits, ESN",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e",
		.sealed = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e",
		.icv = "4c325b636256097f69f7e69e254f5f14",
	},
	{
		.name = "AES_GMAC with 192 bits, ESN",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daa",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986",
		.sealed = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986",
		.icv = "8bc3fede1b240f13b7dc9f2d31c842c0",
	},
	{
		.name = "AES_GMAC with 256 bits, ESN",
		.enc = VPNTUN_ENC_AES_GMAC, .auth = VPNTUN_AUTH_NONE,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592",
		.auth_key = "",
		.iv = "00000017fffffff5",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491ae",
		.sealed = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491ae",
		.icv = "f3b697aab7c2aafd4e071226db983556",
	},
	{
		.name = "AES_CBC with 128 bits and MD5_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "3653708daac7e4011e3b587592afcce9",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a",
		.sealed = "ed8889c0c9072c387a563662ae1bcb92faa1fd1d27cbdf06e119f1303642c31e"
			"21d03fc841f02ee67f7972b5f4932f47ed87b30ddffeeb7df7b9c6e153ce91c9",
		.icv = "1b0b770264b3fa2c83d00426",
	},
	{
		.name = "AES_CBC with 192 bits and MD5_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "c669ed5fdde1717486bcac367b78a4243498e96eca8d6816ae9e3e4a7b90561f"
			"398dfb607d407e7369af2b33e0f008b768a6012ca7087cfbe223ece1af702dd6",
		.icv = "ac972ad33ed4a6dcc6b91e44",
	},
	{
		.name = "AES_CBC with 256 bits and MD5_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecbe805223f5c7996b3",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.sealed = "273565da397a4158c7149a006df2c6b410b8c506eb1ccb9fe9bd0918c9d2ce91"
			"1c1a4adba2ffd792761d7e19a06a88f5d805ff0ac2403063359622bad8f08322",
		.icv = "8e5565f432387655a7e7a95c",
	},
	{
		.name = "DES3_CBC with 192 bits and MD5_96, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "001d3a577491aecb",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502",
		.sealed = "3371bef276bdc9cd975cd127b3ef127dc3111afb2ba551934c61cd34be8b53a4",
		.icv = "ec847412efcd9b5cd615ebbf",
	},
	{
		.name = "NULL with 0 bits and MD5_96, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_MD5_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "0724415e7b98b5d2ef0c294663809dba",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dba",
		.sealed = "0724415e7b98b5d2ef0c294663809dba",
		.icv = "2373a78ee2b2fbaf8cf7c9e4",
	},
	{
		.name = "AES_CBC with 128 bits and SHA1_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a",
		.sealed = "c34e8bebb78213c8c7caf63b2d4be2f013acf7e9320d11c7b61a56005c720a66"
			"6fa971ee15c69c4fdda4e68c55d465b0652f81e9885710e71e539cd492608d6a"
			"6246db87f44eeee6c8a64551f1af0e6d",
		.icv = "1e856979fcbd892301475244",
	},
	{
		.name = "AES_CBC with 192 bits and SHA1_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc1936",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b385572",
		.sealed = "42182dccacd92ed6db08e1a46bf0dc73440c1ab0329e71d3fefe6e5b13e6a718"
			"8585aa08eb6ea2c44ecf556c8f724937cb2fe2bb7bf3c35f00a9ceb81bbef877"
			"e5be893f4f46fb9ceb451c91ae340680",
		.icv = "667338c342437bdeb2f80b1c",
	},
	{
		.name = "AES_CBC with 256 bits and SHA1_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f613304d6a87a4c1defb18",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9a",
		.sealed = "77a2b38b41bc314d2df3021e4b9c64159f1ddb74ae5275f8d36320072509c3ab"
			"8156f7f5eaf5c99a2358fefefa006ecce593b3eedbe99d98d6cc0c2cf5f88c0a"
			"92440501fabc553882bc11ca6ce694aa",
		.icv = "5e878bec4260f071d7ac5000",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA1_96, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc1936",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "65829fbcd9f61330",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea",
		.sealed = "560c3a97be722188e4741108551b2013ef7863ef37a226e42deab5478e1658c2"
			"41f69811c3c919ee",
		.icv = "0af71f4b0260a3fbc59f4814",
	},
	{
		.name = "NULL with 0 bits and SHA1_96, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA1_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "6c89a6c3e0fd1a3754718eabc8e5021f3c597693",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e",
		.icv = "bfd23644c353b0e168b942b1",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_256_128, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "001d3a577491aecbe805223f5c7996b3",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a",
		.sealed = "450e8f61df182440af72991aab6a4749136112f0411cfe24c2a95dec2816c4b3"
			"f0527a331599641f740fe8c12873e6cacb5cd06b47e6b045ff36b3e7cea7e330"
			"13571044ca469d55b1d8269a19cc522dc1a0ddb5b4bfe27ece7504830b5e8d7a",
		.icv = "b65d2f23048edd52e048619993641526",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_256_128, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9b",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542",
		.sealed = "3f4da7f4636bdd2fde73a49c2f77ee0e7ba861bd40307c817011a153718e598a"
			"db8497ebc9e7283b170351438da093d30a7c3d360fdd149d1ba8dc176add6763"
			"4b632f74b2a97b1e415081f54afe14c57272b148d644063bc9f064a468b633d9",
		.icv = "9bfd0fcff9778ef81954d6d2c194c0ef",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_256_128, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895b2cfec092643607d",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a",
		.sealed = "924559013b136e8e305be6e1cd125f9f3fb22fef3b657e1d33271a97604cbba5"
			"1196ac9e91380139c2736e3e611860e934a1c8ecfa8a02af54142f2dde826984"
			"ec6ac7a011d0b7ac530cd173f75e928b7d9ad0479636cd66796957800e04021e",
		.icv = "d099858b67d0adc79206a5e305e8cae8",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_256_128, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9b",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "cae704213e5b7895",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2",
		.sealed = "c1b52af00cdd28c7116a4d6b5dd45a4320a191524ca0512390ae262cbdb561d5"
			"2bacce1f836ee95d8b8a1f5d3a293587",
		.icv = "9a2afe4e4301c4b2247a1cf7c90d87f7",
	},
	{
		.name = "NULL with 0 bits and SHA2_256_128, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_256_128,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.icv = "1a9c4e4632a831be0285c651eb608f1d",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_384_192, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "65829fbcd9f613304d6a87a4c1defb18",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea",
		.sealed = "8b009138f0d2853645e35501ca3ea266c775b1f3b6058b7d6bf412cff988d1d1"
			"214bb7f6c4b5985b8a8cca88c99e6bfb9efea7da07054aa27e37a641fb368e7b"
			"6f7e13e2aed7d25d3e1ad68ab06c7b5898e91fe7982852935a029971626dfcd3"
			"e2edb522bc12c4d70e8c54bfd370455c",
		.icv = "5a2f2d1f448f0bffb067db712dd75351090f575c9c390566",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_384_192, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e300",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f512",
		.sealed = "adb784e00b019a748924928b0ad20a6951870009087ec0ad2df894dbfda90a6f"
			"a69a86171d36372c05e9a48cb3768e2c9e3bfb1e9ad09cb38a7eaa13b2034749"
			"6a011902f902ce45494ff8a86aaa15d40e7571bf22719203da464d79236166fb"
			"3e70d5b5b46dcd28a53843531999a050",
		.icv = "85e741b8b9449994605364119a19e222e5d0bccd19d6ce3a",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_384_192, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e3001d3a577491aecbe8",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a",
		.sealed = "a42d40d48b66a76123ae9b45b4d9fe1cd08feb0b4e7ca85377ea409d17e7b3a6"
			"98ef33c7971977dff38d9f67db0eb253785fe39508b68260d79b0c182948faeb"
			"950d5820703495dd58dc661960db5b99dcbfff65538c67f79e912dbea26eed1a"
			"07b79186bcccec8ee48552c36ded06d5",
		.icv = "66306aa436114c4a0ed7bc038a8a220f318cde7ebd8ee855",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_384_192, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "65829fbcd9f613304d6a87a4c1defb1835526f8ca9c6e300",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "2f4c6986a3c0ddfa",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba",
		.sealed = "f54b2d35071bb27323d68e47c819176f1c6f8fa982a2ad0f6a9a3d7d66f7f027"
			"78129e6f8132efb4d08c9d5053603dc128c62cfafb107046",
		.icv = "5d81c6bdd7e0b452e1f64cd44ca8f9555f3ac197da198bbd",
	},
	{
		.name = "NULL with 0 bits and SHA2_384_192, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_384_192,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "3653708daac7e4011e3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9"
			"d6f3102d4a6784a1bedbf815324f6c89",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf916",
		.icv = "ac193e1a243646a302322881f8507f5598a59cda405e5dd8",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_512_256, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "cae704213e5b7895b2cfec092643607d",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba",
		.sealed = "49314f79cc3f3db46e9c92556cffa32833684ed9cc0c845bf4ef1f70d11e32f4"
			"8e7d078c03ed02cabeb1590927a4e453fb6df3aef53d80a5693645d35f150447"
			"f987e949402ec1962c4567143e1ab56e8f14d9e527a72123917928aa3af69f19"
			"abcd8b4b31a4795312aab7bd78455bf771e971c6cb3f84c93de45e34ed10d260",
		.icv = "b03cbe5719fee9cb721ba1b74e071810effe336564c5ded278ce5d499bf3ac62",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_512_256, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2",
		.sealed = "a9f99570a1b3a52c5620939b9ce81d3b71ddcb1c2610e8e2a87094fe49fd6cdf"
			"2335c65e75585886d4230d116f74ad5bf5a67bb455f918e3d324b650af5111c6"
			"8203c70ed313177de59850ef5f1d4772af91bd0f089e30eda975a33320b7da5c"
			"21d883858b4fc52f46b11973280b14274bf98f85fa6362994991bbd3083ce1bf",
		.icv = "bdf6183308b8d0d1ab0d3832e27722379f366b4fe419449d10d7290bb1808df4",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_512_256, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f7c99b6d3f00d2a47",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491aecbe805223f5c7996b3d0ed0a",
		.sealed = "f0689db65c76fc3a16c93b7becc6aeeb1e8ec46681fe668650550582b6cc3029"
			"5bafd90bfb018034ffffc4f7d57171f8fe40e464056be0075b0483da1fb735a2"
			"0050bd007d9b60ef2c31fa1ba8c54854b235fe5b3494bfba0f2d74a7f708f999"
			"c1eb5b6a4f2211832eb4df25ba404019df814b9003cc4effb467844970b392b9",
		.icv = "e58e53e6379ff782b9fb9c573258895f543e4de3651a88e7d37900e0e63cf529",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_512_256, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "cae704213e5b7895b2cfec092643607d9ab7d4f10e2b4865",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "94b1ceeb0825425f",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2",
		.sealed = "da383531b0ea9e1bad159eb7124191308a897ed1fee00d4c9587d92eb1ffe64d"
			"768206dab8b986833a38fa5aec43fdf60b08393c4c48dd862d3f500e764700dc",
		.icv = "2731d92e5eb45e06f2dacb0a3179e44a278ce75a3f3eac43918b04d6ebc92573",
	},
	{
		.name = "NULL with 0 bits and SHA2_512_256, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_512_256,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "9bb8d5f20f2c496683a0bddaf714314e6b88a5c2dffc193653708daac7e4011e"
			"3b587592afcce90623405d7a97b4d1ee0b2845627f9cb9d6f3102d4a6784a1be",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a",
		.icv = "252e03b9e9bc13a3713dceb99c9fb261061343a5805d1e25e5c15c51d328a21e",
	},
	{
		.name = "AES_CBC with 128 bits and SHA2_256_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683a0bdda"
			"f714314e6b88a5c2dffc193653708daac7e4011e3b587592afcce90623405d7a"
			"97b4d1ee0b2845627f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a"
			"3754718eabc8e5021f3c597693b0cdea0724415e7b98b5d2ef0c294663809dba"
			"d7f4112e4b6885a2bfdcf91633506d8a",
		.sealed = "d9a9a8be62bf7e6c6a84413ad548c8793f5335518e651940fcf7b963b2ffb62b"
			"6d9551935ddccce6fc3661121e06273a8a025b3acf75f7ef8889cfa5d242ca96"
			"dae6ac1f8a2ee7ee25a461e05caf295a52d71fb38e58d389f9b3b79bcbf4ae4f"
			"07027505972f874bf58e46065daecb181ba6c33a9f7ed86f9729f771eb56ebfb"
			"97998d504c9c1afa63a9b913488dc417",
		.icv = "7943365af3d8960106127be0",
	},
	{
		.name = "AES_CBC with 192 bits and SHA2_256_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8aa7c4e1fe1b3855728facc9e603203d5a7794b1ceeb082542"
			"5f7c99b6d3f00d2a4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2"
			"ff1c39567390adcae704213e5b7895b2",
		.sealed = "e8b6e27d5c5c1bc1c89f59b1e342c52531fe4621e0c01322839f166690044e08"
			"c40dcfcbde3120bc6f84084a813ce28efaaba6cdf5646afa687c645ace01b5c4"
			"b43016701a2ce6c9c35c09dbf03a2eac10790060b13cad29fc533dac0f301723"
			"57a600fa9524ac0a447176982910390f43a331f26f1f62a911a8730e62d00703"
			"90d1421e13b64ea5f2968b2414c36a03",
		.icv = "9c4182fb90b20b844fe5218f",
	},
	{
		.name = "AES_CBC with 256 bits and SHA2_256_96, ESN",
		.enc = VPNTUN_ENC_AES_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adcae704213e5b7895b2",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4e1fe1b3855728fac",
		.plain = "a7c4e1fe1b3855728facc9e603203d5a7794b1ceeb0825425f7c99b6d3f00d2a"
			"4764819ebbd8f5122f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca"
			"e704213e5b7895b2cfec092643607d9ab7d4f10e2b4865829fbcd9f613304d6a"
			"87a4c1defb1835526f8ca9c6e3001d3a577491aecbe805223f5c7996b3d0ed0a"
			"2744617e9bb8d5f20f2c496683a0bdda",
		.sealed = "6b1db057c6626a8fb6ce66eec182bfd3716cc684ac4a368e8f366bb0152c04a9"
			"2b7e87166a7009c7654468a952a6277fa3c17058b75b11c083e001ff389989d2"
			"667a72446e34c84714d7ea36e6b1598ebe615494676b59bac2c422d21a7a98c8"
			"f1e0caf1c7dec58b4e2e68dc3397dbb9671cada45e7397c04f0dd9ebfaba1286"
			"1f2e58c514adb77665db069dfde69c55",
		.icv = "4010d7437104096d03827085",
	},
	{
		.name = "DES3_CBC with 192 bits and SHA2_256_96, ESN",
		.enc = VPNTUN_ENC_DES3_CBC, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "2f4c6986a3c0ddfa1734516e8ba8c5e2ff1c39567390adca",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "f91633506d8aa7c4",
		.plain = "7f9cb9d6f3102d4a6784a1bedbf815324f6c89a6c3e0fd1a3754718eabc8e502"
			"1f3c597693b0cdea0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2"
			"bfdcf91633506d8a",
		.sealed = "7141079dbb66cd81af04844bfece85dd0732c84c40489355fce8cf712f42419b"
			"35d5228a08528585175538db2e477378a8a72586409bc463400614ab0a056e6a"
			"205f61427ab1c04d",
		.icv = "5a06f9564f10ec22bf87c633",
	},
	{
		.name = "NULL with 0 bits and SHA2_256_96, ESN",
		.enc = VPNTUN_ENC_NULL, .auth = VPNTUN_AUTH_HMAC_SHA2_256_96,
		.spi = 0xc0ffee11, .seq = 0x17fffffff5, .esn = 1,
		.key = "",
		.auth_key = "001d3a577491aecbe805223f5c7996b3d0ed0a2744617e9bb8d5f20f2c496683",
		.iv = "",
		.plain = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.sealed = "0724415e7b98b5d2ef0c294663809dbad7f4112e4b6885a2bfdcf91633506d8a"
			"a7c4e1fe",
		.icv = "889c298ffc07592f33e8a997",
	},
};
