using System.IO.Compression;
using System.Text;
using Grains.Pools;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;
using Scheduling.Tests.Replay;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>
/// A pool's journal as it was once stored, decided again: it notices when the same inputs are decided otherwise. After a change that is meant to decide
/// otherwise raise <see cref="PoolSetup.CurrentRules"/> (once per release will do), run these tests with SILO_ACCEPT_GOLDEN=1 and commit the file.
/// </summary>
public sealed class GoldenJournalTests
{
    private static readonly PoolId Pool = new("p");
    private static readonly string File = Path.Combine(GoldenRecord.Folder(), "journals", $"pool.rules{PoolSetup.CurrentRules}.gz");

    [Fact]
    public void What_was_once_decided_by_these_rules_is_decided_so_again()
    {
        if (Environment.GetEnvironmentVariable("SILO_ACCEPT_GOLDEN") == "1")
        {
            Write();
        }

        Assert.True(System.IO.File.Exists(File), $"{File} is missing: run these tests with SILO_ACCEPT_GOLDEN=1 and commit it");
        var report = PoolReplay.Run(Read(), Pool, PoolHistoryReader.Codec);
        Assert.True(
            report is { Verdict: ReplayVerdict.Identical, Skipped: 0, Decisions: > 100 },
            $"The same inputs are decided otherwise: {report.First} {report.WhySkipped}. If that is meant, raise PoolSetup.CurrentRules and run these tests with SILO_ACCEPT_GOLDEN=1.");
    }

    private static void Write()
    {
        var pool = new RecordedPool(seed: 2026);
        for (var step = 0; step < 700; step++)
        {
            pool.Step();
        }

        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        using var text = new StreamWriter(new GZipStream(System.IO.File.Create(File), CompressionLevel.SmallestSize), new UTF8Encoding(false));
        foreach (var stretch in pool.History)
        {
            text.Write($"stretch {stretch.Position}\n");
            text.Write(stretch.Start is { } start ? $"snapshot {Text(RecordCodec.Encode(start))}\n" : "");
            foreach (var entry in stretch.Entries)
            {
                text.Write($"entry {Text(RecordCodec.Encode(entry))}\n");
            }
        }
    }

    private static List<PoolHistory> Read()
    {
        List<PoolHistory> stretches = [];
        using var text = new StreamReader(new GZipStream(System.IO.File.OpenRead(File), CompressionMode.Decompress), Encoding.UTF8);
        while (text.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var rest = line[(space + 1)..];
            switch (line[..space])
            {
                case "stretch":
                    stretches.Add(new PoolHistory { Pool = Pool, Position = long.Parse(rest, System.Globalization.CultureInfo.InvariantCulture), Entries = [] });
                    break;
                case "snapshot":
                    stretches[^1] = stretches[^1] with { Start = RecordCodec.Decode<PoolSnapshot>(Bytes(rest)) };
                    break;
                default:
                    stretches[^1] = stretches[^1] with { Entries = stretches[^1].Entries.Add(RecordCodec.Decode<PoolEntry>(Bytes(rest))) };
                    break;
            }
        }

        return stretches;
    }

    /// <summary>Records are a format byte and JSON.</summary>
    private static string Text(byte[] record) => Encoding.UTF8.GetString(record.AsSpan(1));

    private static byte[] Bytes(string text) => [RecordCodec.Format, .. Encoding.UTF8.GetBytes(text)];
}
