using Silo.Storage.Sqlite;

namespace Benchmarks.Storage;

/// <summary>Job records with their index columns: a new one each time, or the lane's own again and again.</summary>
internal sealed class JobWrites(SqliteDatabase database, string name, int lanes, bool reuse)
{
    private readonly SqliteGrainStorage _storage = new(database);
    private readonly GrainState<BenchmarkJob>[] _states = [.. Enumerable.Range(0, lanes).Select(_ => new GrainState<BenchmarkJob>())];
    private readonly int[] _numbers = new int[lanes];
    private long _clock;

    public Task Next(int lane)
    {
        var number = ++_numbers[lane];
        var id = reuse ? $"{name}-{lane}" : $"{name}-{lane}-{number}";
        var state = reuse ? _states[lane] : new GrainState<BenchmarkJob>();
        state.State = StorageBenchmark.SampleJob(id, number, reuse ? lane : Interlocked.Increment(ref _clock));
        return _storage.WriteStateAsync("job", GrainId.Create("job", id), state);
    }
}
