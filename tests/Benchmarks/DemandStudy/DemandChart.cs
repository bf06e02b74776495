using System.Globalization;
using System.Text;

namespace Benchmarks.DemandStudy;

internal enum DemandKind
{
    Fixed,
    Autoscaler,
    Planner,
    Overlap,
}

/// <param name="Kind">Whose.</param>
/// <param name="What">Its settings, for people.</param>
/// <param name="Result">What came of it.</param>
internal sealed record DemandPoint(DemandKind Kind, string What, DemandResult Result);

/// <summary>One trace.</summary>
internal sealed record DemandPanel(string Title, IReadOnlyList<DemandPoint> Points);

/// <summary>Idle GPU-hours across, mean wait up, both logarithmic; a panel for each trace. Down and to the left is better.</summary>
internal static class DemandChart
{
    private const int Width = 1040;
    private const int Height = 520;
    private const int PanelWidth = 440;
    private const int PanelHeight = 360;
    private const int Left = 70;
    private const int Between = 510;
    private const int Top = 60;
    private const double LeastWait = 1;

    private static readonly (DemandKind Kind, string Color, string Name)[] s_kinds =
    [
        (DemandKind.Fixed, "#7a7a7a", "fixed capacity"), (DemandKind.Autoscaler, "#c2571a", "after Cluster Autoscaler"), (DemandKind.Planner, "#1a6fb5", "our planner"),
        (DemandKind.Overlap, "#1a6fb5", "the same if writes could overlap"),
    ];

    public static string Draw(IReadOnlyList<DemandPanel> panels)
    {
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        Add(svg, $"""<rect width="{Width}" height="{Height}" fill="#ffffff"/>""");
        for (var i = 0; i < panels.Count; i++)
        {
            Panel(svg, panels[i], Left + (i * Between));
        }

        for (var i = 0; i < s_kinds.Length; i++)
        {
            var x = Left + (i * 180);
            Mark(svg, s_kinds[i].Kind, x, Height - 26);
            Add(svg, $"""<text x="{x + 12}" y="{Height - 22}">{s_kinds[i].Name}</text>""");
        }

        Add(svg, $"""<text x="{Width - 20}" y="{Height - 22}" text-anchor="end" fill="#555">left and down is better</text>""");
        Add(svg, $"</svg>");
        return svg.ToString();
    }

    private static void Panel(StringBuilder svg, DemandPanel panel, int x)
    {
        var across = Scale.Around(panel.Points.Select(p => p.Result.Idle), x, x + PanelWidth);
        var up = Scale.Around(panel.Points.Select(p => Math.Max(LeastWait, p.Result.MeanWait)), Top + PanelHeight, Top);
        Add(svg, $"""<text x="{x}" y="{Top - 20}" font-size="15" font-weight="bold">{panel.Title}</text>""");
        foreach (var tick in across.Ticks)
        {
            Add(svg, $"""<line x1="{across.At(tick):f1}" y1="{Top}" x2="{across.At(tick):f1}" y2="{Top + PanelHeight}" stroke="#e4e4e4"/>""");
            Add(svg, $"""<text x="{across.At(tick):f1}" y="{Top + PanelHeight + 16}" text-anchor="middle">{tick:N0}</text>""");
        }

        foreach (var tick in up.Ticks)
        {
            Add(svg, $"""<line x1="{x}" y1="{up.At(tick):f1}" x2="{x + PanelWidth}" y2="{up.At(tick):f1}" stroke="#e4e4e4"/>""");
            Add(svg, $"""<text x="{x - 6}" y="{up.At(tick) + 4:f1}" text-anchor="end">{tick:N0}</text>""");
        }

        Add(svg, $"""<rect x="{x}" y="{Top}" width="{PanelWidth}" height="{PanelHeight}" fill="none" stroke="#999"/>""");
        Add(svg, $"""<text x="{x + (PanelWidth / 2)}" y="{Top + PanelHeight + 36}" text-anchor="middle">idle GPU-hours in the month</text>""");
        Add(svg, $"""<text transform="translate({x - 48} {Top + (PanelHeight / 2)}) rotate(-90)" text-anchor="middle">mean wait, seconds</text>""");
        foreach (var (kind, color, _) in s_kinds)
        {
            var points = panel.Points.Where(p => p.Kind == kind).OrderBy(p => p.Result.Idle).Select(p => (X: across.At(p.Result.Idle), Y: up.At(Math.Max(LeastWait, p.Result.MeanWait)), p.What, p.Result)).ToList();
            if (kind == DemandKind.Fixed)
            {
                Add(svg, $"""<polyline fill="none" stroke="{color}" points="{string.Join(' ', points.Select(p => Text($"{p.X:f1},{p.Y:f1}")))}"/>""");
            }

            foreach (var point in points)
            {
                Mark(svg, kind, point.X, point.Y, Text($"{point.What}: {point.Result.Idle:N0} GPU-hours idle, mean wait {point.Result.MeanWait:N0} s"));
            }
        }
    }

    private static void Mark(StringBuilder svg, DemandKind kind, double x, double y, string? title = null)
    {
        var (color, told) = (s_kinds.First(k => k.Kind == kind).Color, title is null ? "" : $"<title>{title}</title>");
        Add(svg, kind switch
        {
            DemandKind.Fixed => (FormattableString)$"""<circle cx="{x:f1}" cy="{y:f1}" r="4" fill="{color}">{told}</circle>""",
            DemandKind.Autoscaler => $"""<rect x="{x - 4.5:f1}" y="{y - 4.5:f1}" width="9" height="9" fill="{color}">{told}</rect>""",
            _ => $"""<path d="M{x:f1} {y - 6:f1} L{x + 6:f1} {y + 5:f1} L{x - 6:f1} {y + 5:f1} Z" fill="{(kind == DemandKind.Planner ? color : "#ffffff")}" stroke="{color}">{told}</path>""",
        });
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(Text(line)).Append('\n');

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A logarithmic axis.</summary>
    private sealed record Scale(double From, double To, double Start, double End)
    {
        public IEnumerable<double> Ticks =>
            from power in Enumerable.Range(0, 8) from step in (double[])[1, 2, 5] let tick = step * Math.Pow(10, power) where tick >= From && tick <= To select tick;

        public static Scale Around(IEnumerable<double> values, double start, double end)
        {
            var all = values.ToList();
            return new Scale(all.Min() / 1.25, all.Max() * 1.25, start, end);
        }

        public double At(double value) => Start + ((End - Start) * Math.Log(value / From) / Math.Log(To / From));
    }
}
