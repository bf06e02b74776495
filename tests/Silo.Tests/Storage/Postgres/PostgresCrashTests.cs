using System.Collections.Concurrent;
using System.Globalization;
using Grains.Storage;
using Orleans.Storage;
using Silo.Storage.Postgres;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

/// <summary>Connections broken and the server killed under load, many times: what was acknowledged is there, in order and once.</summary>
public sealed class PostgresCrashTests(ITestOutputHelper output)
{
    private const int Streams = 16;

    [Theory]
    [InlineData(20, false)]
    [InlineData(4, true)]
    public async Task Whatever_was_acknowledged_is_there_afterwards_in_order_and_once(int blows, bool killed)
    {
        await using var server = new PostgresServer();
        await using var storage = await new PostgresUnderTest(server).Open();
        using var stop = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<int, long>();
        var unknown = 0;
        var writers = Enumerable.Range(0, Streams).Select(s => Task.Run(async () =>
        {
            var position = 0L;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await storage.Journals.Append($"s{s}", position, (position + 1).ToString(CultureInfo.InvariantCulture));
                    acknowledged[s] = ++position;
                }
                catch (StorageException)
                {
                    Interlocked.Increment(ref unknown);
                    position = await Reread(storage.Journals, s);
                }
            }
        })).ToList();
        for (var blow = 1; blow <= blows; blow++)
        {
            var before = acknowledged.Values.Sum();
            while (acknowledged.Values.Sum() < before + 200 + 37 * blow)
                await Task.WhenAny(Task.WhenAll(writers), Task.Delay(1));
            if (killed)
            {
                await server.Kill();
                await server.Start();
            }
            else
            {
                await storage.BreakConnections();
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        foreach (var (stream, position) in acknowledged)
        {
            var contents = await storage.Journals.Read($"s{stream}");
            Assert.True(contents.Position >= position);
            Assert.Equal(Enumerable.Range(1, (int)contents.Position).Select(n => n.ToString(CultureInfo.InvariantCulture)), contents.Texts());
        }

        output.WriteLine($"{blows} blows, {acknowledged.Values.Sum()} appends acknowledged, {unknown} with unknown outcome");
    }

    private static async Task<long> Reread(IJournalStore journals, int stream)
    {
        while (true)
        {
            try
            {
                return (await journals.Read($"s{stream}")).Position;
            }
            catch (StorageException)
            {
                await Task.Yield();
            }
        }
    }
}
