using System.Diagnostics;

namespace KubeTests.Support;

/// <summary>Waits with a deadline for what must come true; a real server offers nothing better to wait on.</summary>
internal static class Eventually
{
    /// <summary>Generous, because the machine may be busy: it is only ever waited out by a failure.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until <paramref name="done"/> says yes; the last answer is in the failure.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> done, string what, TimeSpan? deadline = null)
    {
        var (clock, limit) = (Stopwatch.StartNew(), deadline ?? Deadline);
        while (true)
        {
            var answer = await ask();
            if (done(answer))
            {
                return answer;
            }

            if (clock.Elapsed > limit)
            {
                Assert.Fail($"Not within {limit.TotalSeconds:0} s: {what}. Last seen: {answer}");
            }

            await Task.Delay(Poll, TestContext.Current.CancellationToken);
        }
    }

    public static Task True(Func<Task<bool>> ask, string what, TimeSpan? deadline = null) => Get(ask, yes => yes, what, deadline);
}
