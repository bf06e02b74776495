using System.Security.Cryptography;
using System.Text;
using Gateway.Http;
using Scheduling.Model;

namespace Gateway.Tests.Http;

/// <summary>Job ids.</summary>
public sealed class IdsTests
{
    [Fact]
    public void Base32_is_that_of_RFC_4648()
    {
        Assert.Equal("mzxw6ytboi", Ids.Base32("foobar"u8, 10)[..10]);
        Assert.Equal("mzxw6yq", Ids.Base32("foob"u8, 7)[..7]);
    }

    [Fact]
    public void A_keys_id_is_the_hash_of_tenant_and_key()
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes("blue\0key-1"));

        Assert.Equal("j-" + Ids.Base32(digest, 20), Ids.FromKey(new TenantId("blue"), "key-1").Value);
        Assert.Equal(22, Ids.FromKey(new TenantId("blue"), "key-1").Value.Length);
    }

    [Fact]
    public void Tenant_and_key_do_not_run_into_each_other() =>
        Assert.NotEqual(Ids.FromKey(new TenantId("ab"), "c"), Ids.FromKey(new TenantId("a"), "bc"));

    [Fact]
    public void Random_ids_differ() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Ids.New().Value).Distinct().Count());

    [Theory]
    [InlineData("j-abc", true)]
    [InlineData("k8s-pod-7", true)]
    [InlineData("", false)]
    [InlineData("A", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    public void Only_lower_case_letters_digits_and_dashes_make_an_id(string id, bool expected) =>
        Assert.Equal(expected, Ids.IsWellFormed(id));
}
