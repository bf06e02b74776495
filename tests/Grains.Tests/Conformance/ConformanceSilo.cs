using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>How every silo of the suite is set up.</summary>
internal static class ConformanceSilo
{
    public const int MaxQueued = 2000;

    public static void Configure(ISiloBuilder silo)
    {
        silo.AddMemoryGrainStorageAsDefault();
        silo.UseInMemoryReminderService();
        silo.AddIncomingGrainCallFilter<RecordingFilter>();
        silo.AddOutgoingGrainCallFilter<MarkingFilter>();
        silo.Configure<SiloMessagingOptions>(o =>
        {
            o.ResponseTimeout = TimeSpan.FromSeconds(20);
            o.MaxEnqueuedRequestsHardLimit = MaxQueued;
        });
        silo.Services.AddSingleton(new Greeting("hello"));
        silo.Services.AddGrainStorage("ledger", static (_, _) => ScriptedStorage.Ledger);
        silo.Services.AddGrainStorage("notes", static (_, _) => ScriptedStorage.Notes);
    }
}

/// <summary>A service for constructor injection.</summary>
internal sealed record Greeting(string Text);
