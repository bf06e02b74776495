using System.Net;
using System.Text.Json;
using Gateway.Azure;
using Gateway.Azure.Hooks;
using Gateway.Leadership;
using Gateway.Tests.Hollow;
using Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Azure.Tests.Hooks;

public sealed class ScaleTellerTests
{
    private static readonly Caller s_operator = new() { Tenant = null, User = "op", Roles = CallerRoles.Operator };

    [Fact]
    public async Task Decisions_are_told_in_order_signed_to_each_address_until_it_takes_them_and_then_no_more()
    {
        await using var server = await HookServer.Start("https://one.invalid/", "https://two.invalid/");
        var receiver = new Receiver { Refuses = "two.invalid" };
        var clock = new ManualTimeProvider();
        using var http = new HttpClient(receiver);
        using var teller = new ScaleTeller(
            server.Services.GetRequiredService<AzureOptions>(), server.Services.GetRequiredService<IGrainFactory>(), server.Services.GetRequiredService<HookSecrets>(),
            SoleLeader.Instance, http, clock, NullLogger<ScaleTeller>.Instance);
        await server.Grain.Hear(s_operator, "a", "first");
        await server.Grain.Hear(s_operator, "b", "second");

        Assert.False(await teller.Pass(default));
        Assert.False(await teller.Pass(default));
        Assert.Equal(["one.invalid", "two.invalid"], receiver.Asked);
        Assert.Equal(0, (await server.State()).Told);

        // The one that took them is not told again; the other is asked again after a while.
        receiver.Refuses = "";
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(await teller.Pass(default));
        Assert.True(await teller.Pass(default));
        Assert.Equal(["one.invalid", "two.invalid", "two.invalid"], receiver.Asked);
        Assert.Equal((await server.State()).Notes[^1].Number, (await server.State()).Told);
        Assert.All(receiver.Bodies, b => Assert.True(HookSignature.IsGood(HookServer.AgentKey, b.Body, b.Signature, clock.GetUtcNow(), TimeSpan.FromMinutes(1))));
        using var told = JsonDocument.Parse(receiver.Bodies[^1].Body);
        Assert.Equal(["first", "second"], told.RootElement.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("what").GetString()));
    }

    private sealed class Receiver : HttpMessageHandler
    {
        public string Refuses { get; set; } = "";

        public List<string> Asked { get; } = [];

        public List<(byte[] Body, string Signature)> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.Host);
            Bodies.Add((await request.Content!.ReadAsByteArrayAsync(cancellationToken), request.Headers.GetValues(HookSignature.Header).Single()));
            return new HttpResponseMessage(request.RequestUri.Host == Refuses ? HttpStatusCode.BadGateway : HttpStatusCode.OK);
        }
    }
}
