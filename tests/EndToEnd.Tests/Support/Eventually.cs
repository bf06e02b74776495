using System.Diagnostics;

namespace EndToEnd.Tests.Support;

/// <summary>Waits with a deadline for what must come true; a real server offers nothing better to wait on.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until <paramref name="done"/> says yes; the last answer is in the failure.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> done, TimeSpan deadline, string what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (done(answer))
            {
                return answer;
            }

            if (clock.Elapsed > deadline)
            {
                Assert.Fail($"Not within {deadline.TotalSeconds:0} s: {what}. Last seen: {answer}");
            }

            await Task.Delay(Poll, TestContext.Current.CancellationToken);
        }
    }

    public static Task True(Func<Task<bool>> ask, TimeSpan deadline, string what) => Get(ask, yes => yes, deadline, what);
}
