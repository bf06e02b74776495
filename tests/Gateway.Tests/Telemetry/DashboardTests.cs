using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Tests.Hollow;

namespace Gateway.Tests.Telemetry;

/// <summary>Grafana's dashboards in deploy/observability: every metric that they show exists, every panel can be read, and none lies on another.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(RepoFile.Path("deploy/observability/grafana"), "*.json").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_metric_that_it_shows_exists(string file)
    {
        var there = MetricNamesTests.Names().SelectMany(n => new[] { n, n + "_bucket", n + "_sum", n + "_count" }).ToHashSet();
        var named = Queries(file).SelectMany(q => Metric().Matches(q).Select(m => m.Value)).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(there));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void It_asks_for_its_data_source_and_every_panel_has_title_unit_description_and_a_place_of_its_own(string file)
    {
        var dashboard = Read(file);
        var panels = Panels(dashboard).ToList();
        var cells = new HashSet<(int X, int Y)>();

        Assert.Contains(dashboard["templating"]!["list"]!.AsArray(), v => v!["type"]!.ToString() == "datasource" && v["query"]!.ToString() == "prometheus");
        Assert.Equal(panels.Count, panels.Select(p => (int)p["id"]!).Distinct().Count());
        foreach (var panel in panels)
        {
            Assert.NotEmpty(panel["title"]!.ToString());
            Assert.NotEmpty(panel["description"]!.ToString());
            Assert.NotEmpty(panel["fieldConfig"]!["defaults"]!["unit"]!.ToString());
            Assert.Equal("${datasource}", panel["datasource"]!["uid"]!.ToString());
            var place = panel["gridPos"]!;
            Assert.InRange((int)place["x"]! + (int)place["w"]!, 1, 24);
            for (var x = (int)place["x"]!; x < (int)place["x"]! + (int)place["w"]!; x++)
            {
                for (var y = (int)place["y"]!; y < (int)place["y"]! + (int)place["h"]!; y++)
                    Assert.True(cells.Add((x, y)), $"{panel["title"]} lies on another panel");
            }
        }
    }

    [Fact]
    public void Dashboards_can_be_told_apart()
    {
        var all = Directory.GetFiles(RepoFile.Path("deploy/observability/grafana"), "*.json").Select(f => Read(Path.GetFileName(f))).ToList();

        Assert.Equal(all.Count, all.Select(d => d["uid"]!.ToString()).Distinct().Count());
        Assert.Equal(all.Count, all.Select(d => d["title"]!.ToString()).Distinct().Count());
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(RepoFile.Path($"deploy/observability/grafana/{file}")))!;

    private static IEnumerable<JsonNode> Panels(JsonNode dashboard) => dashboard["panels"]!.AsArray().Select(p => p!).Where(p => p["type"]!.ToString() != "row");

    private static IEnumerable<string> Queries(string file) => Panels(Read(file)).SelectMany(p => p["targets"]!.AsArray()).Select(t => t!["expr"]!.ToString());

    [GeneratedRegex("orleans_scheduler_[a-z_]+")]
    private static partial Regex Metric();
}
