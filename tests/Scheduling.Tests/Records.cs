using Scheduling.Tests.Order;

namespace Scheduling.Tests;

/// <summary>
/// What was decided on the day on which it was written down, a line each, in records.txt of the tests' folder. A decision that changes is a journal that
/// cannot be replayed: whoever changes one on purpose raises PoolSetup.CurrentRules and writes down the new ones with ACCEPT_RECORDS=1.
/// </summary>
internal static class Records
{
    public static void Check(string folder, string name, string words)
    {
        var file = Path.Combine(HeliosTrace.Root(), "tests", "Scheduling.Tests", folder, "records.txt");
        var records = File.Exists(file) ? File.ReadAllLines(file) : [];
        var begin = $"{name}: ";
        if (Environment.GetEnvironmentVariable("ACCEPT_RECORDS") == "1")
            File.WriteAllLines(file, records.Where(r => !r.StartsWith(begin, StringComparison.Ordinal)).Append(begin + words).Order(StringComparer.Ordinal));
        else
            Assert.Equal(records.Single(r => r.StartsWith(begin, StringComparison.Ordinal))[begin.Length..], words);
    }

    /// <summary>A checksum, the same on every machine.</summary>
    public static ulong Sum(ulong before, string text)
    {
        foreach (var c in text)
            before = (before * 1_000_003) ^ c;
        return before;
    }
}
