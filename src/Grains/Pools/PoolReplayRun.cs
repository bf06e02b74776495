using Grains.Storage;
using Scheduling.Model;
using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>One replay under way: reads stretch after stretch and decides them again, in slices, so that nobody waits long for a turn.</summary>
internal sealed class PoolReplayRun(PoolId pool, DateTimeOffset? from, DateTimeOffset? to, IJournalStore store, ReplayGate gate, TimeProvider time)
{
    /// <summary>Entries between two turns of others: a few milliseconds.</summary>
    private const int Slice = 256;

    private PoolReplayView _view = new() { Done = false };

    public Task<PoolReplayView> End { get; private set; } = null!;

    public PoolReplayView View => _view;

    public bool Is(DateTimeOffset? since, DateTimeOffset? until) => (since, until) == (from, to);

    public void Start() => End = Run();

    private async Task<PoolReplayView> Run()
    {
        await gate.Enter();
        var started = time.GetTimestamp();
        try
        {
            var report = await Decide(started);
            return _view = _view with { Done = true, Report = report, Took = time.GetElapsedTime(started) };
        }
        catch (Exception e) when (e is RecordFormatException or StorageException)
        {
            return _view = _view with { Done = true, Problem = e.Message, Took = time.GetElapsedTime(started) };
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task<ReplayReport> Decide(long started)
    {
        var reader = new PoolHistoryReader(store, pool);
        var stretches = await reader.List();
        var first = PoolHistoryReader.FirstFor(stretches, from);
        _view = _view with { EntriesInAll = stretches.Skip(first).Sum(s => s.End - s.Position) };
        var replay = new PoolReplay(pool, PoolHistoryReader.Codec, from, to);
        foreach (var stretch in stretches.Skip(first).TakeWhile((s, i) => i == 0 || !replay.IsPast))
        {
            // Trimmed in the meantime: what follows is not the worse for it.
            if (await reader.Read(stretch) is not { } history)
            {
                continue;
            }

            replay.Begin(history);
            while (replay.Step(Slice))
            {
                await Task.Yield();
            }

            _view = _view with { EntriesRead = _view.EntriesRead + history.Entries.Length, Took = time.GetElapsedTime(started) };
        }

        return replay.End();
    }
}
