using System.Net;
using Gateway.Azure.Hooks;

namespace Azure.Tests.Hooks;

public sealed class AzureHooksApiTests
{
    [Fact]
    public async Task Without_the_code_nobody_is_heard()
    {
        await using var server = await HookServer.Start();
        foreach (var query in (string[])["", "?code=", "?code=0123456789abcdef0123456789abcdeX", $"?code={HookServer.Code}x"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Post($"events{query}", Event(server, "e1"))).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Post($"autoscale{query}", new { })).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, $"/hooks/azure/events{query}"))).StatusCode);
        }

        Assert.Empty((await server.State()).Heard);
    }

    [Fact]
    public async Task An_event_that_comes_again_is_heard_once()
    {
        await using var server = await HookServer.Start();
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await server.Post($"events?code={HookServer.Code}", Event(server, "e1"))).StatusCode);
        }

        var state = await server.State();
        Assert.Single(state.Heard);
        Assert.Single(state.Notes, n => n.What == "Azure event Microsoft.Resources.ResourceWriteSuccess");
    }

    [Fact]
    public async Task Event_grid_gets_its_code_back_and_a_sender_of_cloud_events_its_leave()
    {
        await using var server = await HookServer.Start();
        var answer = await server.Post($"events?code={HookServer.Code}", new[] { new { id = "1", eventType = "Microsoft.EventGrid.SubscriptionValidationEvent", subject = "", data = new { validationCode = "c-1" } } });
        Assert.Equal("""{"validationResponse":"c-1"}""", await answer.Content.ReadAsStringAsync());

        var question = new HttpRequestMessage(HttpMethod.Options, $"/hooks/azure/events?code={HookServer.Code}");
        question.Headers.Add("WebHook-Request-Origin", "eventgrid.azure.net");
        Assert.Equal("eventgrid.azure.net", (await server.Http.SendAsync(question)).Headers.GetValues("WebHook-Allowed-Origin").Single());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task What_is_no_such_body_is_a_bad_request(string body)
    {
        await using var server = await HookServer.Start();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.PostAsync(new Uri($"/hooks/azure/alerts?code={HookServer.Code}", UriKind.Relative), new StringContent(body))).StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        await using var server = await HookServer.Start();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.Post($"alerts?code={HookServer.Code}", new { filler = new string('x', 300_000) })).StatusCode);
    }

    [Fact]
    public async Task What_an_agent_signed_takes_its_machine_out_of_the_set_once_and_nothing_else_does()
    {
        await using var server = await HookServer.Start();
        var told = new { set = server.Set.ToUpperInvariant(), instance = "7", node = "h100000007", eventId = "E-1", eventType = "Preempt", notBefore = "soon" };
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Post("nodes", told)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostSigned(told, [.. HookServer.AgentKey.Reverse()])).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostSigned(told, HookServer.AgentKey, TimeSpan.FromMinutes(6))).StatusCode);
        Assert.DoesNotContain((await server.State()).Notes, n => n.What.StartsWith("returns", StringComparison.Ordinal));

        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await server.PostSigned(told, HookServer.AgentKey)).StatusCode);
        }

        Assert.Single((await server.State()).Notes, n => n.What == "returns 7" && n.Reason.StartsWith("Azure scheduled Preempt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_concerns_none_of_our_sets_is_taken_and_passed_over()
    {
        await using var server = await HookServer.Start();
        var events = new[] { new { id = "1", subject = server.Set + "x", eventType = "x", data = new { } } };
        Assert.Equal(HttpStatusCode.Accepted, (await server.Post($"events?code={HookServer.Code}", events)).StatusCode);
        Assert.Empty((await server.State()).Heard);
    }

    private static object Event(HookServer server, string id) =>
        new[] { new { id, subject = server.Set, eventType = "Microsoft.Resources.ResourceWriteSuccess", data = new { } } };
}
