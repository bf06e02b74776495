using System.Text.RegularExpressions;
using Gateway.Tests.Hollow;

namespace Gateway.Tests.Telemetry;

/// <summary>Alert rules stand on metrics that there are, and each has its lines in the runbook. promtool tests what they say: build/check-alerts.sh.</summary>
public sealed partial class AlertTests
{
    private static readonly string Rules = File.ReadAllText(RepoFile.Path("deploy/observability/prometheus/alerts.yaml"));

    [Fact]
    public void Every_metric_that_an_alert_names_exists()
    {
        var there = MetricNamesTests.Names().SelectMany(n => new[] { n, n + "_bucket", n + "_sum", n + "_count" }).ToHashSet();
        var named = Metric().Matches(Rules).Select(m => m.Value).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(there));
    }

    [Fact]
    public void Every_alert_is_in_the_runbook_and_the_runbook_has_no_other()
    {
        var alerts = Alert().Matches(Rules).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal).ToArray();
        var runbook = Heading().Matches(File.ReadAllText(RepoFile.Path("docs/operations.md"))).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts, runbook);
        Assert.All(alerts, a => Assert.Contains($"runbook: docs/operations.md#{a.ToLowerInvariant()}", Rules, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_alert_is_seen_to_fire()
    {
        var tests = File.ReadAllText(RepoFile.Path("deploy/observability/prometheus/alerts.test.yaml"));

        Assert.All(Alert().Matches(Rules).Select(m => m.Groups[1].Value), a => Assert.Matches($@"alertname: {a}\s+exp_alerts:", tests));
    }

    [GeneratedRegex("orleans_scheduler_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("- alert: ([A-Za-z]+)")]
    private static partial Regex Alert();

    [GeneratedRegex("^### (Scheduler[A-Za-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
