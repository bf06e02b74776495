using Cli.Input;

namespace Cli.Tests;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("8", 8000)]
    [InlineData("0.5", 500)]
    [InlineData("500m", 500)]
    [InlineData("0", 0)]
    [InlineData("1000000", 1_000_000_000)]
    public void Cores_are_read_in_thousandths(string text, long milli) => Assert.Equal(milli, Quantity.CpuMilli("--cpu", text));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e3")]
    [InlineData("0.0005")]
    [InlineData("0.5m")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    [InlineData("1000000.001")]
    [InlineData("99999999999999999999999999")]
    [InlineData("8 cores")]
    [InlineData("٣")]
    public void Cores_that_cannot_be_meant_are_refused(string text) => Refused(() => Quantity.CpuMilli("--cpu", text));

    [Theory]
    [InlineData("512Mi", 512)]
    [InlineData("64Gi", 65536)]
    [InlineData("1.5Gi", 1536)]
    [InlineData("1Ti", 1048576)]
    [InlineData("0Mi", 0)]
    public void Memory_is_read_in_mebibytes(string text, long mib) => Assert.Equal(mib, Quantity.MemoryMiB("--memory", text));

    [Theory]
    [InlineData("")]
    [InlineData("64")]
    [InlineData("64G")]
    [InlineData("64GB")]
    [InlineData("-1Gi")]
    [InlineData("NaNGi")]
    [InlineData("Gi")]
    [InlineData("0.0001Gi")]
    [InlineData("1e3Mi")]
    [InlineData("1000000001Mi")]
    [InlineData("99999999999999999999Ti")]
    public void Memory_that_cannot_be_meant_is_refused(string text) => Refused(() => Quantity.MemoryMiB("--memory", text));

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("1h30m", 5400)]
    [InlineData("1d2h3m4s", 93784)]
    [InlineData("0.5h", 1800)]
    [InlineData("02:30:00", 9000)]
    [InlineData("100:00:00", 360_000)]
    [InlineData("1-12:00:00", 129_600)]
    [InlineData("365d", 31_536_000)]
    public void Times_are_read_in_seconds(string text, long seconds) => Assert.Equal(seconds, Duration.Seconds("--time", text));

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("0s")]
    [InlineData("-1h")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("h")]
    [InlineData("1.2.3s")]
    [InlineData("NaNs")]
    [InlineData("1y")]
    [InlineData("366d")]
    [InlineData("0.5s")]
    [InlineData("1:30")]
    [InlineData("1:60:00")]
    [InlineData("1-24:00:00")]
    [InlineData("-1:00:00")]
    [InlineData("99999999999999999999h")]
    public void Times_that_cannot_be_meant_are_refused(string text) => Refused(() => Duration.Seconds("--time", text));

    [Fact]
    public void Topology_is_preferred_unless_it_is_required()
    {
        Assert.Equal((null, "rack"), Parsed("rack"));
        Assert.Equal(("rack", null), Parsed("rack:required"));
        Assert.Equal(("block", "rack"), Parsed("block:required,rack:preferred"));
        Assert.Equal(("block", "node"), Parsed("block:required", "node"));
        Assert.Null(Topology.Parse([]));

        static (string?, string?) Parsed(params string[] values) => Topology.Parse(values) is { } t ? (t.Required, t.Preferred) : (null, null);
    }

    [Theory]
    [InlineData("row")]
    [InlineData("rack:must")]
    [InlineData("rack:required:x")]
    [InlineData("")]
    [InlineData("rack,block")]
    [InlineData("rack:required,block:required")]
    public void Topology_that_cannot_be_meant_is_refused(string value) => Refused(() => Topology.Parse([value]));

    [Fact]
    public void Labels_are_key_and_value_each_key_once()
    {
        Assert.Equal([new("a", "1"), new("b", "x=y"), new KeyValuePair<string, string?>("c", "")], Labels.Parse("--label", ["b=x=y", "a=1", "c="])!);
        Refused(() => Labels.Parse("--label", ["a"]));
        Refused(() => Labels.Parse("--label", ["=1"]));
        Refused(() => Labels.Parse("--label", ["a=1", "a=2"]));
        Refused(() => Labels.Parse("--label", [.. Enumerable.Range(0, 65).Select(i => $"k{i}=v")]));
    }

    [Fact]
    public void Quota_amounts_are_in_gpus_cores_and_memory_with_units()
    {
        var amounts = QuotaAmounts.Parse("--limit", ["gpu=64", "gpu/A100=0.5", "cpu=1", "memory=2Ti"])!;
        Assert.Equal([new("cpu", 1000), new("gpu", 64_000), new("gpu/A100", 500), new KeyValuePair<string, long>("memory", 2 * 1024 * 1024)], amounts);
        foreach (var bad in new[] { "gpu", "gpu=", "gpu=-1", "gpu=NaN", "gpu=0.0001", "gpu=9999999999999999999", "disk=1", "gpu/=1", "memory=64" })
        {
            Refused(() => QuotaAmounts.Parse("--limit", [bad]));
        }

        Refused(() => QuotaAmounts.Parse("--limit", ["gpu=1", "gpu=2"]));
    }

    private static void Refused(Action parse)
    {
        var e = Assert.Throws<CliException>(parse);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.DoesNotContain('\n', e.Message);
    }
}
