using System.Collections.Concurrent;

namespace Grains;

/// <summary>
/// Whether the activations that everybody waits for get on. A turn that never ends, because it waits for something in a way that it must not, holds up its
/// activation alone: the silo goes on being a member and its other grains answer. So each of these is asked, by a turn of its own, and has to get to it.
/// </summary>
public sealed class TurnWatch(TimeProvider time)
{
    private readonly ConcurrentDictionary<Watched, bool> _all = new();

    /// <summary>Begins to watch the activation whose turn this is, until what is answered is disposed of.</summary>
    public IDisposable Watch(string name)
    {
        var watched = new Watched(this, name, TaskScheduler.Current);
        _all[watched] = true;
        return watched;
    }

    /// <summary>Asks all, and answers which one has not got to an earlier question for so long, in one line; null: all have.</summary>
    public string? Stuck(TimeSpan patience)
    {
        string? stuck = null;
        foreach (var (watched, _) in _all)
        {
            var waits = watched.Ask(time);
            if (waits >= patience)
            {
                stuck ??= FormattableString.Invariant($"{watched.Name} has not ended its turn for {waits.TotalSeconds:0} s");
            }
        }

        return stuck;
    }

    private sealed class Watched(TurnWatch watch, string name, TaskScheduler scheduler) : IDisposable
    {
        private const long Answered = 0;

        private long _askedAt;

        public string Name => name;

        /// <summary>For how long the last question has been waiting.</summary>
        public TimeSpan Ask(TimeProvider time)
        {
            if (Interlocked.Read(ref _askedAt) is var asked && asked != Answered)
            {
                return time.GetElapsedTime(asked);
            }

            Interlocked.Exchange(ref _askedAt, Math.Max(1, time.GetTimestamp()));
            _ = Task.Factory.StartNew(() => Interlocked.Exchange(ref _askedAt, Answered), CancellationToken.None, TaskCreationOptions.None, scheduler);
            return TimeSpan.Zero;
        }

        public void Dispose() => watch._all.TryRemove(this, out _);
    }
}
