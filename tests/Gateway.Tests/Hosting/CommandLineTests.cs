using Gateway.Hosting;

namespace Gateway.Tests.Hosting;

/// <summary>Arguments.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void All_options_are_understood_in_both_forms()
    {
        var line = CommandLine.Parse(["--data", "/var/x", "--urls=http://127.0.0.1:1", "--hollow", "nodes.csv", "--time-scale=60", "--kubeconfig", "/k", "--Auth:Issuer=https://a/?x=y"], out var fault)!;

        Assert.Null(fault);
        Assert.Equal(("/var/x", "http://127.0.0.1:1", "nodes.csv", 60.0, "/k"), (line.Data, line.Urls, line.Hollow, line.TimeScale, line.Kubeconfig));
        Assert.Equal("https://a/?x=y", line.Settings["Auth:Issuer"]);
        Assert.Equal("http://127.0.0.1:1", line.Settings["urls"]);
    }

    [Fact]
    public void Nothing_given_leaves_the_defaults()
    {
        var line = CommandLine.Parse([], out _)!;

        Assert.Equal((null, null, null, 1.0, false), (line.Data, line.Urls, line.Hollow, line.TimeScale, line.Help));
        Assert.Empty(line.Settings);
    }
}
