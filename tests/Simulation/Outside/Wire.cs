namespace Simulation.Outside;

/// <summary>What goes wrong between a process and a service outside; each a chance of 0–1 per call.</summary>
internal sealed record WireFaults
{
    public static WireFaults None { get; } = new();

    /// <summary>The request or its answer is lost, half of the time each.</summary>
    public double Loss { get; init; }

    /// <summary>The server says that it failed: before it did anything, or after, half of the time each.</summary>
    public double Error { get; init; }

    public double Throttle { get; init; }

    /// <summary>Either way takes up to <see cref="SlowMost"/>: the request may arrive long after its caller has given it up, or died.</summary>
    public double Slow { get; init; }

    public TimeSpan SlowMost { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A cached list is an old one.</summary>
    public double Stale { get; init; }
}

/// <summary>Carries one process' calls to a service outside. What was sent arrives or does not, whatever has become of the sender.</summary>
internal sealed class Wire(TimeProvider clock, Random random)
{
    public WireFaults Faults { get; set; } = WireFaults.None;

    /// <summary>Nothing gets through.</summary>
    public bool IsCut { get; set; }

    public long Calls { get; private set; }

    public long Faulty { get; private set; }

    /// <param name="serve">What the service does; runs once, or never, at the service.</param>
    /// <param name="unknown">The answer that says nothing.</param>
    /// <param name="throttled">The answer that asks to come again later.</param>
    public Task<T> Send<T>(Func<T> serve, Func<string, T> unknown, Func<TimeSpan, T> throttled)
    {
        // Not RunContinuationsAsynchronously: waits with a deadline would go on upon the thread pool.
        var answer = new TaskCompletionSource<T>();
        Calls++;
        if (IsCut || Happens(Faults.Loss / 2))
        {
            Faulty++;
            return answer.Task;
        }

        After(Delay(), () =>
        {
            if (Happens(Faults.Throttle))
            {
                Faulty++;
                var wait = TimeSpan.FromSeconds(1 + random.Next(5));
                After(Delay(), () => answer.SetResult(throttled(wait)));
            }
            else if (Happens(Faults.Error))
            {
                Faulty++;
                if (random.Next(2) == 0)
                {
                    serve();
                }

                After(Delay(), () => answer.SetResult(unknown("the server failed")));
            }
            else
            {
                var served = serve();
                if (IsCut || Happens(Faults.Loss / 2))
                {
                    Faulty++;
                    return;
                }

                After(Delay(), () => answer.SetResult(served));
            }
        });
        return answer.Task;
    }

    public bool IsStale() => Happens(Faults.Stale);

    private bool Happens(double chance) => chance > 0 && random.NextDouble() < chance;

    private TimeSpan Delay() => Happens(Faults.Slow)
        ? TimeSpan.FromMilliseconds(random.Next((int)Faults.SlowMost.TotalMilliseconds))
        : TimeSpan.FromMicroseconds(200 + random.Next(5000));

    private void After(TimeSpan delay, Action what) => _ = clock.CreateTimer(_ => what(), null, delay, Timeout.InfiniteTimeSpan);
}
