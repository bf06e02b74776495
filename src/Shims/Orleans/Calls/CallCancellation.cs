namespace Orleans.Calls;

/// <summary>
/// Links a caller's CancellationToken to the one that the callee sees. Cancelling ends the caller's wait at once
/// and tells the callee in a turn of its own.
/// </summary>
internal sealed class CallCancellation(Request request, CancellationToken callers)
{
    private readonly CancellationTokenSource _callees = new();
    private CancellationTokenRegistration _registration;

    public CancellationToken Token => _callees.Token;

    public void Watch() => _registration = callers.UnsafeRegister(static s => ((CallCancellation)s!).Cancel(), this);

    public void Stop() => _registration.Unregister();

    private void Cancel()
    {
        // The callee first: a failed answer stops the watching.
        if (request.Holder is { } holder)
        {
            holder.Turns.Enqueue(new Activations.TurnAction(static s => ((CancellationTokenSource)s!).Cancel(), _callees));
        }
        else
        {
            _callees.Cancel();
        }

        request.Abandon(new OperationCanceledException("The call was cancelled by its caller.", callers));
    }
}
