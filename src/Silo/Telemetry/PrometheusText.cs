using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Silo.Telemetry;

/// <summary>Prometheus' text exposition format 0.0.4, from the format's own page; no exemplars.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Total = "_total";

    public static string Render(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var group in families.GroupBy(f => f.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = group.First();
            var series = group.Where(f => f.Kind == first.Kind).SelectMany(f => f.Snapshot()).ToArray();
            if (series.Length == 0)
                continue;
            if (first.Help.Length > 0)
                text.Append("# HELP ").Append(first.Name).Append(' ').Append(first.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(' ').Append(Word(first.Kind)).Append('\n');
            foreach (var one in series)
                Append(text, first, one);
        }

        return text.ToString();
    }

    /// <summary>Dots become underscores; a unit and, for counters, _total are appended, each once.</summary>
    public static string NameOf(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var c in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };

        // An instrument may be named with its suffix already; the unit stands before _total.
        var bare = name.ToString();
        if (kind == MetricKind.Counter && bare.EndsWith(Total, StringComparison.Ordinal))
            bare = bare[..^Total.Length];
        if (!bare.EndsWith(unit, StringComparison.Ordinal))
            bare += unit;
        return kind == MetricKind.Counter ? bare + Total : bare;
    }

    public static string ValueOf(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static void Append(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        var (value, count, buckets) = series.Read();
        if (family.Kind != MetricKind.Histogram)
        {
            Line(text, family.Name, "", series.Tags, null, Number(value));
            return;
        }

        var below = 0L;
        for (var i = 0; i < buckets!.Length; i++)
        {
            below += buckets[i];
            Line(text, family.Name, "_bucket", series.Tags, i < family.Bounds!.Length ? Number(family.Bounds[i]) : "+Inf", Number(below));
        }

        Line(text, family.Name, "_sum", series.Tags, null, Number(value));
        Line(text, family.Name, "_count", series.Tags, null, Number(count));
    }

    private static void Line(StringBuilder text, string name, string suffix, KeyValuePair<string, string>[] tags, string? le, string value)
    {
        text.Append(name).Append(suffix);
        if (tags.Length > 0 || le is not null)
        {
            text.Append('{');
            foreach (var (key, tag) in tags)
                Label(text, key, tag).Append(',');
            if (le is not null)
                Label(text, "le", le);
            else
                text.Length--;
            text.Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static StringBuilder Label(StringBuilder text, string key, string value)
    {
        foreach (var c in key)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return text.Append("=\"")
            .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append('"');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
