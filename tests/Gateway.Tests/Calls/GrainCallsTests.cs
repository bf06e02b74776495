using System.Diagnostics.Metrics;
using Gateway.Calls;
using Gateway.Hosting;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Gateway.Tests.Calls;

/// <summary>Deadlines and retries.</summary>
public sealed class GrainCallsTests
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public async Task A_repeatable_call_is_tried_again_while_its_outcome_is_unknown()
    {
        var tries = 0;

        var result = await Calls(retries: 3).Repeat(
            0, _ => ++tries < 3 ? Task.FromException<int>(tries == 1 ? new SiloUnavailableException() : new TimeoutException()) : Task.FromResult(42), CancellationToken.None);

        Assert.Equal((42, 3), (result, tries));
    }

    [Fact]
    public async Task It_is_given_up_after_the_last_try()
    {
        var tries = 0;

        var e = await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await Calls(retries: 2).Repeat(
            0, Task<int> (_) => { tries++; throw new TimeoutException(); }, CancellationToken.None));

        Assert.IsType<TimeoutException>(e.InnerException);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task A_fault_that_is_known_is_not_tried_again()
    {
        var tries = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Calls(retries: 3).Repeat(
            0, Task<int> (_) => { tries++; throw new InvalidOperationException(); }, CancellationToken.None));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_call_that_must_not_run_twice_is_tried_once()
    {
        var tries = 0;

        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await Calls(retries: 3).Once(
            0, Task<int> (_) => { tries++; throw new SiloUnavailableException(); }, CancellationToken.None));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_call_that_never_ends_has_a_deadline()
    {
        var never = new TaskCompletionSource<int>();

        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await Calls(retries: 1).Repeat(0, _ => never.Task, CancellationToken.None));
        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await Calls(retries: 1).Once(0, _ => never.Task, CancellationToken.None));
    }

    [Fact]
    public async Task A_client_that_has_gone_is_not_waited_for()
    {
        using var gone = new CancellationTokenSource();
        var never = new TaskCompletionSource<int>();
        var call = Calls(retries: 3, timeout: TimeSpan.FromMinutes(5)).Repeat(0, _ => never.Task, gone.Token).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private GrainCalls Calls(int retries, TimeSpan? timeout = null) => new(
        new GatewayOptions { CallRetries = retries, CallTimeout = timeout ?? TimeSpan.FromMilliseconds(30), CallBudget = TimeSpan.FromMinutes(5) },
        TimeProvider.System, new GatewayInstruments(_services.GetRequiredService<IMeterFactory>()));
}
