using Gateway.Auth;
using Gateway.Hosting;

namespace Gateway.Tests.Hosting;

/// <summary>The configuration's rules.</summary>
public sealed class OptionsCheckTests
{
    [Fact]
    public void The_defaults_are_fine() =>
        Assert.Empty(OptionsCheck.Faults(new GatewayOptions(), new AuthOptions(), [GatewayOptions.DefaultUrl]));

    [Fact]
    public void With_an_issuer_any_address_may_be_listened_on() =>
        Assert.Empty(OptionsCheck.Faults(new GatewayOptions(), new AuthOptions { Issuer = "https://login.example.com", Audience = "x" }, ["http://*:80"]));

    public static TheoryData<string> Broken => [.. s_broken.Keys];

    private static readonly Dictionary<string, Action<GatewayOptions>> s_broken = new()
    {
        ["Gateway:MaxWorkersPerGang"] = o => o.MaxWorkersPerGang = 100_001,
        ["Gateway:PendingJobsPerTenant"] = o => o.PendingJobsPerTenant = 0,
        ["Gateway:LiveJobsPerTenant"] = o => o.LiveJobsPerTenant = 0,
        ["Gateway:CallRetries"] = o => o.CallRetries = -1,
        ["Gateway:RequestsPerSecond"] = o => o.RequestsPerSecond = 0,
        ["Gateway:RequestBurst"] = o => o.RequestBurst = 0,
        ["Gateway:ConcurrentRequests"] = o => o.ConcurrentRequests = 0,
        ["Gateway:Streams"] = o => o.Streams = -1,
        ["Gateway:CallTimeout"] = o => o.CallTimeout = TimeSpan.Zero,
        ["Gateway:CallBudget"] = o => o.CallBudget = TimeSpan.FromHours(1),
        ["Gateway:RequestTimeout"] = o => o.RequestTimeout = TimeSpan.FromMilliseconds(1),
        ["Gateway:StreamDuration"] = o => o.StreamDuration = TimeSpan.FromDays(2),
        ["Gateway:StreamHeartbeat"] = o => o.StreamHeartbeat = TimeSpan.FromSeconds(11),
        ["Gateway:ShutdownTimeout"] = o => o.ShutdownTimeout = TimeSpan.FromSeconds(-1),
        ["Gateway:PublicUrl"] = o => o.PublicUrl = "scheduler.example.com",
        ["Gateway:Cohort"] = o => o.Cohort = "a/b",
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void An_option_out_of_its_range_is_named(string name)
    {
        var options = new GatewayOptions();
        s_broken[name](options);

        Assert.StartsWith(name + " ", Assert.Single(OptionsCheck.Faults(options, new AuthOptions(), [])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not an address", "x")]
    [InlineData("ftp://login.example.com", "x")]
    [InlineData("https://login.example.com", null)]
    [InlineData("https://login.example.com", " ")]
    public void An_issuer_needs_an_https_address_and_an_audience(string issuer, string? audience) =>
        Assert.Single(OptionsCheck.Faults(new GatewayOptions(), new AuthOptions { Issuer = issuer, Audience = audience }, []));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    public void An_address_that_is_none_is_told(string url) =>
        Assert.Contains("is not an address", Assert.Single(OptionsCheck.Faults(new GatewayOptions(), new AuthOptions(), [url])), StringComparison.Ordinal);
}
