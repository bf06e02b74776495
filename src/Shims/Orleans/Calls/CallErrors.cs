namespace Orleans.Calls;

/// <summary>Errors that the host itself answers with.</summary>
internal static class CallErrors
{
    public static TimeoutException TimedOut(Request request) => new(
        $"Response did not arrive on time in {request.ResponseTimeout} for {request}. The call may still take effect.");
}
