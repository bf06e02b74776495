using Orleans.Concurrency;

namespace Silo.Clustering;

/// <summary>Answers, on the silo that is asked: proof that calls are taken, scheduled and answered there.</summary>
[Alias("Silo.Clustering.ISiloProbe")]
public interface ISiloProbe : IGrainWithIntegerKey
{
    Task Answer();
}

[StatelessWorker(1)]
internal sealed class SiloProbe(TurnClock turns) : Grain, ISiloProbe
{
    public Task Answer()
    {
        turns.Ran();
        return Task.CompletedTask;
    }
}

/// <summary>When a turn of a grain last ran in this process. A busy silo runs them late; a wedged one runs none.</summary>
internal sealed class TurnClock(TimeProvider time)
{
    private long _ranAt = time.GetTimestamp();

    public TimeSpan SinceTurn => time.GetElapsedTime(Interlocked.Read(ref _ranAt));

    public void Ran() => Interlocked.Exchange(ref _ranAt, time.GetTimestamp());
}

/// <summary>Asks the probe of this process, one question at a time.</summary>
internal sealed class LocalProbe(IGrainFactory grains, TurnClock turns, TimeProvider time)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    private Task? _asked;

    public TimeSpan SinceTurn => turns.SinceTurn;

    /// <summary>Null: it answers within its time. A question that was not answered yet is not asked again.</summary>
    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        try
        {
            var asked = Volatile.Read(ref _asked) is { IsCompleted: false } underWay ? underWay : grains.GetGrain<ISiloProbe>(0).Answer();
            Volatile.Write(ref _asked, asked);
            await asked.WaitAsync(AnswerWithin, time, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return $"no grain answers here: {e.Message}";
        }
    }
}
