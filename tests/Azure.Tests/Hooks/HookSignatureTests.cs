using System.Text;
using Gateway.Azure.Hooks;

namespace Azure.Tests.Hooks;

public sealed class HookSignatureTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_maxAge = TimeSpan.FromMinutes(5);
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("{}");

    [Fact]
    public void What_was_signed_lately_under_the_key_is_good_and_nothing_else()
    {
        var header = HookSignature.Sign(s_key, s_body, s_now);
        Assert.True(HookSignature.IsGood(s_key, s_body, header, s_now, s_maxAge));
        Assert.True(HookSignature.IsGood(s_key, s_body, header, s_now + s_maxAge, s_maxAge));
        Assert.False(HookSignature.IsGood(s_key, s_body, header, s_now + s_maxAge + TimeSpan.FromSeconds(1), s_maxAge));
        Assert.False(HookSignature.IsGood(s_key, s_body, header, s_now - s_maxAge - TimeSpan.FromSeconds(1), s_maxAge));
        Assert.False(HookSignature.IsGood(s_key, Encoding.UTF8.GetBytes("{ }"), header, s_now, s_maxAge));
        Assert.False(HookSignature.IsGood([.. s_key.Reverse()], s_body, header, s_now, s_maxAge));
        Assert.False(HookSignature.IsGood(s_key, s_body, header.Replace("t=17", "t=18", StringComparison.Ordinal), s_now, TimeSpan.FromDays(20000)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v1=00,t=1")]
    [InlineData("t=,v1=00")]
    [InlineData("t=99999999999999999999,v1=00")]
    [InlineData("t=1767225600,v1=")]
    public void A_header_of_another_form_is_not_good(string? header) => Assert.False(HookSignature.IsGood(s_key, s_body, header, s_now, s_maxAge));
}
