using System.Globalization;

namespace Silo.Clustering;

/// <summary>The votes against a silo as text: "who|when who|when".</summary>
internal static class MemberText
{
    public static string Suspects(MembershipEntry entry) => string.Join(
        ' ', (entry.SuspectTimes ?? []).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Item1.ToParsableString()}|{Ticks(s.Item2)}")));

    public static List<Tuple<SiloAddress, DateTime>> Suspects(string stored) =>
    [
        .. from vote in stored.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let parts = vote.Split('|')
           select Tuple.Create(SiloAddress.FromParsableString(parts[0]), Time(long.Parse(parts[1], CultureInfo.InvariantCulture))),
    ];

    /// <summary>Orleans hands in UTC, whatever the value says of itself.</summary>
    public static long Ticks(DateTime time) => time.Ticks;

    public static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}
