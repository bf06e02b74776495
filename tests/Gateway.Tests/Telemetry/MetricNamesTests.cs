using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Gateway.Kubernetes.Hosting;
using Gateway.Kubernetes.Watching;
using Gateway.Telemetry;
using Gateway.Tests.Hollow;
using Grains.Pools;
using Microsoft.Extensions.DependencyInjection;
using Silo.Storage;
using Silo.Telemetry;

namespace Gateway.Tests.Telemetry;

/// <summary>What our metrics are called: dashboards and alerts stand on these names.</summary>
public sealed partial class MetricNamesTests
{
    [Fact]
    public void Our_metrics_have_one_prefix_and_say_nothing_twice()
    {
        Assert.All(Names(), name =>
        {
            Assert.Matches("^orleans_scheduler_[a-z_]+$", name);
            var words = name.Split('_');
            Assert.Equal(words.Distinct(), words);
        });
    }

    [Fact]
    public void The_operations_page_lists_exactly_the_metrics_that_there_are()
    {
        var listed = ListedName().Matches(File.ReadAllText(RepoFile.Path("docs/operations.md"))).Select(m => m.Groups[1].Value);

        Assert.Equal(Names().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a.bytes", "By", MetricKind.Counter, "a_bytes_total")]
    [InlineData("a_bytes_total", "By", MetricKind.Counter, "a_bytes_total")]
    [InlineData("a_total", "By", MetricKind.Counter, "a_bytes_total")]
    [InlineData("a_total", null, MetricKind.Counter, "a_total")]
    [InlineData("a.took", "s", MetricKind.Histogram, "a_took_seconds")]
    [InlineData("a_seconds", "s", MetricKind.Histogram, "a_seconds")]
    [InlineData("a.nodes", "{node}", MetricKind.Gauge, "a_nodes")]
    internal void Unit_and_total_are_appended_once(string instrument, string? unit, MetricKind kind, string name)
    {
        using var meter = new Meter("test");

        Assert.Equal(name, PrometheusText.NameOf(meter.CreateCounter<long>(instrument, unit), kind));
    }

    internal static List<string> Names()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var names = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == meters)
                names.Add(new MetricFamily(instrument).Name);
        };
        listener.Start();
        _ = new GatewayInstruments(meters);
        _ = new PoolInstruments(meters);
        _ = new WatchInstruments(meters);
        _ = new KubernetesInstruments(meters);
        _ = new PoolGauges(meters, null!, TimeProvider.System);
        using var storage = new StorageInstruments(meters);
        return names;
    }

    [GeneratedRegex("`(orleans_scheduler_[a-z][a-z_]*)`")]
    private static partial Regex ListedName();
}
