using Gateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Hosting;

/// <summary>What counts as this machine.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.255.254", true)]
    [InlineData("::1", true)]
    [InlineData("[::1]", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("*", false)]
    [InlineData("+", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("128.0.0.1", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("example.com", false)]
    public void A_host_is_this_machine_or_not(string? host, bool expected) =>
        Assert.Equal(expected, Loopback.IsLoopbackHost(host));

    [Fact]
    public void Kestrels_own_endpoints_win_over_urls_and_urls_over_ports()
    {
        Assert.Equal(["http://127.0.0.1:8080"], Urls());
        Assert.Equal(["http://*:81", "http://*:82", "https://*:83"], Urls(("http_ports", "81;82"), ("https_ports", "83")));
        Assert.Equal(["http://a:1", "http://b:2"], Urls(("urls", "http://a:1; http://b:2"), ("http_ports", "81")));
        Assert.Equal(["http://c:3"], Urls(("Kestrel:Endpoints:X:Url", "http://c:3"), ("urls", "http://a:1")));
    }

    private static List<string> Urls(params (string Key, string Value)[] settings) =>
        Loopback.ConfiguredUrls(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))).Build());
}
