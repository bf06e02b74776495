using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryJournalTests() : JournalContractTests(new InMemoryUnderTest());
