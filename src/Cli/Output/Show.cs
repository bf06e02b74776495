using System.Globalization;

namespace Cli.Output;

/// <summary>Amounts and times for people.</summary>
internal static class Show
{
    /// <summary>Thousandths of a GPU, or of a core, as a number without needless zeros.</summary>
    public static string Milli(long milli) => (milli / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plain(long count) => count.ToString(CultureInfo.InvariantCulture);

    public static string MiB(long mib) =>
        mib % 1024 == 0 && mib > 0 ? string.Create(CultureInfo.InvariantCulture, $"{mib / 1024}Gi") : string.Create(CultureInfo.InvariantCulture, $"{mib}Mi");

    public static string Used(long used, long of) => $"{Milli(used)}/{Milli(of)}";

    public static string Percent(double part, double of) =>
        of <= 0 ? "-" : (100 * part / of).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string PerSecond(double rate) => rate.ToString(rate < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture) + " jobs/s";

    /// <summary>Seconds in milliseconds below one.</summary>
    public static string Fine(double seconds) =>
        seconds < 1 ? (1000 * seconds).ToString("0.#", CultureInfo.InvariantCulture) + " ms" : seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";

    /// <summary>The two largest units: 42s, 5m10s, 3h12m, 9d4h.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => "0s",
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#}ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalSeconds}s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m{time.Seconds}s"),
        { TotalHours: < 24 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays}d{time.Hours}h"),
    };

    public static string Seconds(long? seconds) => seconds is { } s ? Time(TimeSpan.FromSeconds(s)) : "-";

    public static string At(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Age(DateTimeOffset at, DateTimeOffset now) => Time(now - at) is var age && age.EndsWith("ms", StringComparison.Ordinal) ? "0s" : age;
}
