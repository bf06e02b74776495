using Orleans.Calls;

namespace Orleans.Simulation;

/// <summary>A call that its caller waits for: until the answer, the timeout, or the death of the silo that runs it.</summary>
internal sealed class PendingCall : IResponsePath
{
    private readonly SimulatedCluster _cluster;
    private readonly Request _original;
    private readonly ITimer _timeout;

    public PendingCall(SimulatedCluster cluster, SimulatedSilo from, int to, Request original, long number)
    {
        _cluster = cluster;
        _original = original;
        From = from;
        To = to;
        Number = number;
        _timeout = cluster.Clock.CreateTimer(_ => TimeOut(), null, original.ResponseTimeout, Timeout.InfiniteTimeSpan);
    }

    public SimulatedSilo From { get; }

    public int To { get; private set; }

    public long Number { get; }

    public bool IsFromOutside => _original.Caller is null;

    public void MovedTo(int silo) => To = silo;

    public void Answer(Request request, Task done)
    {
        if (ReferenceEquals(request, _original))
        {
            Forget();
            _original.Deliver(done);
            return;
        }

        var packed = _original.OverTheWire(done);
        _cluster.Network.Transmit(request.Silo as SimulatedSilo ?? From, From.Index, $"answer {_original}", () =>
        {
            Forget();
            _original.Deliver(packed);
        });
    }

    public void Fail(Request request, Exception error)
    {
        if (ReferenceEquals(request, _original))
        {
            FailNow(error);
            return;
        }

        _cluster.Network.Transmit(
            request.Silo as SimulatedSilo ?? From, From.Index, $"error {_original}", () => FailNow(WireErrors.AsReceived(error)));
    }

    public void FailNow(Exception error)
    {
        Forget();
        _original.DeliverFailure(error);
    }

    public void Forget()
    {
        _timeout.Dispose();
        _cluster.Network.Done(this);
    }

    public override string ToString() => _original.ToString()!;

    private void TimeOut()
    {
        _cluster.Note("timeout", _original.ToString()!);
        _cluster.Network.Done(this);
        _original.Abandon(CallErrors.TimedOut(_original));
    }
}
